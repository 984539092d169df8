// Walks build contexts as the Docker provider 5.2 and BuildKit do, with their own modules.
//
// Reads one JSON object a line, {"context": "/folder", "ignore": "/file"}, and answers each with one line:
// {"files": ["base64 of a path", ...]} or {"error": "..."}. An empty "ignore" is no ignore file.
package main

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"os"

	"github.com/moby/patternmatcher/ignorefile"
	"github.com/tonistiigi/fsutil"
)

type build struct {
	Context string `json:"context"`
	Ignore  string `json:"ignore"`
}

type answer struct {
	Files []string `json:"files"`
	Error string   `json:"error,omitempty"`
}

func main() {
	requests := bufio.NewScanner(os.Stdin)
	requests.Buffer(nil, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	answers := json.NewEncoder(out)
	for requests.Scan() {
		var each build
		if err := json.Unmarshal(requests.Bytes(), &each); err != nil {
			panic(err)
		}
		files, err := sent(each)
		if err != nil {
			answers.Encode(answer{Error: err.Error()})
			continue
		}
		answers.Encode(answer{Files: files})
	}
}

func sent(of build) ([]string, error) {
	var patterns []string
	if of.Ignore != "" {
		file, err := os.Open(of.Ignore)
		if err != nil {
			return nil, err
		}
		defer file.Close()
		if patterns, err = ignorefile.ReadAll(file); err != nil {
			return nil, err
		}
	}
	files := []string{}
	filter := &fsutil.FilterOpt{ExcludePatterns: patterns}
	err := fsutil.Walk(context.Background(), of.Context, filter, func(path string, info os.FileInfo, err error) error {
		if err != nil {
			return err
		}
		if !info.IsDir() {
			files = append(files, base64.StdEncoding.EncodeToString([]byte(path)))
		}
		return nil
	})
	return files, err
}

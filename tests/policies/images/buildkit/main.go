// Reads Dockerfiles with BuildKit's own modules, and names the images that they take something from.
//
// Reads one JSON object a line, {"file": "text", "args": {"NAME": "value"}, "contexts": ["name"]}, and answers each with one line:
// {"images": [{"line": 1, "keyword": "FROM", "reference": "node:22"}, ...], "frontend": "..."} or {"refused": "why"}. Images behind
// ONBUILD come too; what cannot be an instruction there is left out.
package main

import (
	"bufio"
	"encoding/json"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
	"github.com/moby/buildkit/frontend/dockerfile/shell"
)

type build struct {
	File     string            `json:"file"`
	Args     map[string]string `json:"args"`
	Contexts []string          `json:"contexts"`
}

type image struct {
	Line      int    `json:"line"`
	Keyword   string `json:"keyword"`
	Reference string `json:"reference"`
}

type answer struct {
	Refused  string  `json:"refused,omitempty"`
	Images   []image `json:"images"`
	Frontend string  `json:"frontend,omitempty"`
}

type variables map[string]string

func (of variables) Get(name string) (string, bool) {
	value, ok := of[name]
	return value, ok
}

func (of variables) Keys() []string { return slices.Collect(maps.Keys(of)) }

func main() {
	requests := bufio.NewScanner(os.Stdin)
	requests.Buffer(nil, 1<<24)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	answers := json.NewEncoder(out)
	for requests.Scan() {
		var each build
		if err := json.Unmarshal(requests.Bytes(), &each); err != nil {
			panic(err)
		}
		images, err := read(each)
		frontend, _, _, _ := parser.DetectSyntax([]byte(each.File))
		if err != nil {
			answers.Encode(answer{Refused: err.Error(), Frontend: frontend})
			continue
		}
		answers.Encode(answer{Images: images, Frontend: frontend})
	}
}

// The order of what is expanded, and by which variables, is that of dockerfile2llb/convert.go, which only BuildKit's daemon can run.
func read(of build) (images []image, err error) {
	// The parser panics at some files, which ends their build too.
	defer func() {
		if fault := recover(); fault != nil {
			err = os.ErrInvalid
		}
	}()
	file, err := parser.Parse(strings.NewReader(of.File))
	if err != nil {
		return nil, err
	}
	stages, globals, err := instructions.Parse(file.AST, nil)
	if err != nil {
		return nil, err
	}
	lexer := shell.NewLex(file.EscapeToken)
	known, err := globalArguments(of.Args, globals, lexer)
	if err != nil {
		return nil, err
	}
	images = []image{}
	names := map[string]bool{}
	for _, name := range of.Contexts {
		names[strings.ToLower(name)] = true
	}
	for _, stage := range stages {
		base, err := lexer.ProcessWordWithMatches(stage.BaseName, known)
		if err != nil {
			return nil, err
		}
		if base.Result == "" {
			return nil, os.ErrInvalid
		}
		if base.Result != "scratch" && !names[base.Result] {
			images = append(images, image{stage.Location[0].Start.Line, "FROM", base.Result})
		}
		if stage.Name != "" {
			names[strings.ToLower(stage.Name)] = true
		}
	}
	for _, stage := range stages {
		for _, command := range stage.Commands {
			found, err := sources(command, lexer)
			if err != nil {
				return nil, err
			}
			for _, each := range found {
				if isImage(each.Reference, names) {
					images = append(images, each)
				}
			}
		}
	}
	return images, nil
}

func globalArguments(given map[string]string, globals []instructions.ArgCommand, lexer *shell.Lex) (variables, error) {
	known := variables{
		"BUILDPLATFORM": "linux/amd64", "BUILDOS": "linux", "BUILDOSVERSION": "", "BUILDARCH": "amd64", "BUILDVARIANT": "",
		"TARGETPLATFORM": "linux/amd64", "TARGETOS": "linux", "TARGETOSVERSION": "", "TARGETARCH": "amd64", "TARGETVARIANT": "",
		"TARGETSTAGE": "default",
	}
	for name := range known {
		if value, ok := given[name]; ok {
			known[name] = value
		}
	}
	for _, command := range globals {
		for _, arg := range command.Args {
			if value, ok := given[arg.Key]; ok {
				known[arg.Key] = value
			} else if arg.Value != nil {
				value, err := lexer.ProcessWordWithMatches(*arg.Value, known)
				if err != nil {
					return nil, err
				}
				known[arg.Key] = value.Result
			}
		}
	}
	return known, nil
}

func sources(command instructions.Command, lexer *shell.Lex) ([]image, error) {
	switch command := command.(type) {
	case *instructions.CopyCommand:
		return []image{{command.Location()[0].Start.Line, "COPY", command.From}}, nil
	case *instructions.RunCommand:
		expand := func(word string) (string, error) {
			result, err := lexer.ProcessWordWithMatches(word, variables{})
			return result.Result, err
		}
		if err := command.Expand(expand); err != nil {
			return nil, err
		}
		var found []image
		for _, mount := range instructions.GetMounts(command) {
			found = append(found, image{command.Location()[0].Start.Line, "RUN", mount.From})
		}
		return found, nil
	case *instructions.OnbuildCommand:
		return onbuildSources(command, lexer), nil
	}
	return nil, nil
}

func onbuildSources(command *instructions.OnbuildCommand, lexer *shell.Lex) []image {
	file, err := parser.Parse(strings.NewReader(command.Expression))
	if err != nil {
		return nil
	}
	var found []image
	for _, node := range file.AST.Children {
		inner, err := instructions.ParseCommand(node)
		if err != nil {
			continue
		}
		images, err := sources(inner, lexer)
		if err != nil {
			continue
		}
		for _, each := range images {
			found = append(found, image{command.Location()[0].Start.Line, each.Keyword, each.Reference})
		}
	}
	return found
}

// What is no stage by its name or its number.
func isImage(name string, stages map[string]bool) bool {
	return name != "" && name != "scratch" && !stages[strings.ToLower(name)] && strings.Trim(name, "0123456789") != ""
}

//go:build tools

// Package tools names the programs that the tests build, so that `go mod tidy` keeps their dependencies.
package tools

import (
	_ "oras.land/oras/cmd/oras"
	_ "github.com/google/go-containerregistry/cmd/crane"
	_ "github.com/opencontainers/distribution-spec/conformance"
	_ "github.com/rhysd/actionlint/cmd/actionlint"
)

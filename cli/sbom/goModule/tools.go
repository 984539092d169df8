//go:build tools

// Package tools names the one program that this module builds, so that `go mod tidy` keeps its dependencies.
package tools

import _ "github.com/anchore/syft/cmd/syft"

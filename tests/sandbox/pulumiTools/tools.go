//go:build tools

// Package tools names the programs that the tests of the package `ecr` build, so that `go mod tidy` keeps their dependencies.
package tools

import _ "github.com/pulumi/pulumi-yaml/cmd/pulumi-language-yaml"

//go:build tools

// Package tools names the program that the client tests build, so that `go mod tidy` keeps its dependencies.
package tools

import _ "github.com/regclient/regclient/cmd/regctl"

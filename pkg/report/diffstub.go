package report

import (
	"io"

	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// Diff is a unified diff.
func Diff(_ io.Writer, _ term.ColorMode, diff string) string { return diff }

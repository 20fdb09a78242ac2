package options

import (
	"fmt"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// UsageError is bad input: the user's words don't fit.
type UsageError struct {
	Err error
	Try []hint.Hint // what may have been meant
}

// Error is the reason in one line, whatever the arguments have in them.
func (u *UsageError) Error() string { return sts.Clean(u.Err.Error()) }

// Unwrap is the cause.
func (u *UsageError) Unwrap() error { return u.Err }

// Usage makes a UsageError.
func Usage(format string, args ...any) error { return &UsageError{Err: fmt.Errorf(format, args...)} }

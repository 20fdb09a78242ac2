package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
)

// RetryOnConflict does again what began with a look at the set, when the set has
// changed before the server was asked about it. That is nobody's fault.
func RetryOnConflict(do func() error) error {
	const atMost = 3
	var err error
	for range atMost {
		if err = do(); !errors.Is(err, engine.ErrConflict) {
			return err
		}
	}
	return err
}

// Unwilling words the error of a rehearsal. Where there was no answer, or the user
// lacks a permission, nobody has said anything against the change.
func Unwilling(err error, change string) error {
	if errors.Is(err, engine.ErrLost) || errors.Is(err, engine.ErrTimedOut) || errors.Is(err, context.Canceled) || kube.Denied(err) {
		return err
	}
	return fmt.Errorf("%s: %w", change, err)
}

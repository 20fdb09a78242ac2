package app

import (
	"errors"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
)

// RetryOnConflict does again what began with a look at the set, when the set has
// changed before the server was asked about it. That is nobody's fault. The helper of
// client-go would hide that the run was interrupted behind an earlier conflict.
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

package kube_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/kube"
)

func TestOnlyWhatTheServerSaysAgainstAChangeIsAboutIt(t *testing.T) {
	said := errors.New("denied by policy")
	require.EqualError(t, kube.Unwilling(said, "partition 3"), "partition 3: denied by policy")
	require.ErrorIs(t, kube.Unwilling(said, "partition 3"), said)
	for _, err := range []error{
		fmt.Errorf("patch: %w", engine.ErrLost), engine.ErrTimedOut, context.Canceled, fmt.Errorf("patch: %w", engine.ErrDenied),
	} {
		require.Equal(t, err, kube.Unwilling(err, "partition 3"))
	}
}

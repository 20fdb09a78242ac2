package app

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
)

func TestWhatMetAConflictIsDoneAgain(t *testing.T) {
	conflict := fmt.Errorf("web: %w", engine.ErrConflict)
	other := errors.New("no")
	for _, test := range []struct {
		name    string
		answers []error
		tries   int
		want    error
	}{
		{"not where it went well", []error{nil}, 1, nil},
		{"until it goes well", []error{conflict, nil}, 2, nil},
		{"not after another error", []error{other}, 1, other},
		{"nor after the end of the run", []error{conflict, context.Canceled}, 2, context.Canceled},
		{"three times at most", []error{conflict, conflict, conflict, nil}, 3, conflict},
	} {
		t.Run(test.name, func(t *testing.T) {
			tries := 0
			got := RetryOnConflict(func() error {
				tries++
				return test.answers[tries-1]
			})
			require.Equal(t, test.want, got)
			require.Equal(t, test.tries, tries)
		})
	}
}

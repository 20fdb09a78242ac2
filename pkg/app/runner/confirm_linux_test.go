package runner

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/app"
	"github.com/kubectl-sts/kubectl-sts/pkg/app/apptest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/permission"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

func TestConfirmAtATerminal(t *testing.T) {
	no := plan.Cancel()
	tests := []struct {
		name, keys string
		want       error
	}{
		{"y is a yes", "y\n", nil},
		{"so is the word, in any case", "YES\n", nil},
		{"n is a no", "n\n", no},
		{"so is a bare return", "\n", no},
		{"so is anything else", "yep\n", no},
		{"so is the end of the input", "\x04", no},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			terminal := apptest.Typing(t, test.keys)
			p := &plan.Plan{Title: "abort", Details: []string{"back"}, Warnings: []string{"Helm is about"}}
			r := &Runner{
				permitted: permission.Of(p, sts.Snapshot{}),
				Env:       &app.Env{Streams: term.Streams{In: terminal, Out: &strings.Builder{}, Err: terminal}},
			}

			err := r.Confirm(t.Context(), p, sts.Snapshot{}, "Go back?")

			require.Equal(t, test.want, err)
			require.True(t, r.shown, "the plan was shown")
			require.Equal(t, []string{"Helm is about"}, r.told, "whoever answers knows")
		})
	}
}

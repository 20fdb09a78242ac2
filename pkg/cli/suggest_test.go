package cli_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestWhatMayHaveBeenMeant(t *testing.T) {
	tests := []struct {
		name, args string
		want       []string // what is offered, without what comes before it
	}{
		{"a letter too many", "cannary", []string{"kubectl sts canary"}},
		{"a letter too few", "histry", []string{"kubectl sts history"}},
		{"two letters swapped, in a short word", "nudo", []string{"kubectl sts undo"}},
		{"a capital", "Undo", []string{"kubectl sts undo"}},
		{"a beginning", "prom", []string{"kubectl sts promote"}},
		{"a beginning of several", "sta", []string{"kubectl sts status"}},
		{"another word for it", "rollback", []string{"kubectl sts undo"}},
		{"what holds a rollout", "pause web", []string{"kubectl sts hold"}},
		{"what goes on with one", "resume web", []string{"kubectl sts promote", "kubectl sts release", "kubectl sts resize"}},
		{"what tries again", "retry web", []string{"kubectl sts canary"}},
		{"kubectl's own word alone", "rollout", []string{"kubectl sts canary"}},
		{"kubectl's own words for a pause", "rollout pause web", []string{"kubectl sts hold"}},
		{"what shows", "get sts web", []string{"kubectl sts status"}},
		{"what shows in full", "describe web", []string{"kubectl sts status"}},
		{"kubectl's own words", "rollout restart web", []string{"kubectl sts restart"}},
		{"kubectl's own words, with a slip", "rollout stauts web", []string{"kubectl sts status"}},
		{"a set where a verb should be", "web status", nil},
		{"two letters are no beginning", "re", nil},
		{"nothing like it", "nonsense", nil},
		{"a flag with a slip", "canary web --setps 1", []string{"--steps"}},
		{"a flag with one dash", "canary web -image a=b", []string{"--image"}},
		{"a flag with one dash and its value", "canary web -image=a=b", []string{"--image"}},
		{"a flag of kubectl", "status --namespac x", []string{"--namespace"}},
		{"a flag that is near to several", "canary web --ste 1", []string{"--step-down-exec", "--step-timeout", "--steps"}},
		{"a letter alone", "canary web -z", nil},
		{"a flag like nothing", "canary web --nonsense", nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			serve(t, func(_ http.ResponseWriter, r *http.Request) { t.Errorf("unexpected %s %s", r.Method, r.URL) })

			got := run(t.Context(), strings.Fields(test.args)...)

			require.Equal(t, 2, got.Code)
			require.Empty(t, got.Stdout)
			var offered []string
			for line := range strings.Lines(got.Stderr) {
				if _, word, ok := strings.Cut(strings.TrimSpace(line), "did you mean: "); ok {
					offered = append(offered, word)
				}
			}
			require.Equal(t, test.want, offered, got.Stderr)
		})
	}
}

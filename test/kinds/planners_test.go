package kinds

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	policyv1 "k8s.io/api/policy/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload/workloadtest"
)

// Each verb is planned and run to its end. gates are the values for a partition that
// counts, and those for one that is an ordinal.
func TestVerbsThatReplacePods(t *testing.T) {
	budget := []*policyv1.PodDisruptionBudget{ststest.Budget()}
	for _, test := range []struct {
		name    string
		do      []verbtest.Planner
		writes  int // of the first, -1 for all
		steps   []string
		budgets []*policyv1.PodDisruptionBudget
		ends    []engine.Result // of each plan
		titles  []string        // of the last one
		gates   map[workloadtest.Gapped][]string
		gone    []string
	}{
		{
			name: "a canary", do: []verbtest.Planner{verbtest.CanaryOf("nginx:1.22")}, writes: -1, ends: []engine.Result{engine.Done},
			titles: []string{
				"set the template, rollout paused", "update web-7", "update web-5, web-4", "update web-2, web-1", "end the canary",
			},
			gates: map[workloadtest.Gapped][]string{counted: {"5", "4", "2", "0", "0"}, byOrdinal: {"8", "7", "4", "1", "0"}},
			gone:  []string{"web-7", "web-5", "web-4", "web-2", "web-1"},
		},
		{
			name: "a canary pod by pod", do: []verbtest.Planner{verbtest.CanaryOf("nginx:1.22")}, writes: -1, budgets: budget,
			ends: []engine.Result{engine.Done},
			titles: []string{
				"set the template, rollout paused", "update web-7", "update web-5", "update web-4", "update web-2", "update web-1",
				"end the canary",
			},
			gates: map[workloadtest.Gapped][]string{
				counted: {"5", "4", "3", "2", "1", "0", "0"}, byOrdinal: {"8", "7", "5", "4", "2", "1", "0"},
			},
			gone: []string{"web-7", "web-5", "web-4", "web-2", "web-1"},
		},
		{
			name: "a promotion of one step", do: []verbtest.Planner{verbtest.CanaryOf("nginx:1.22"), verbtest.NextStep}, writes: 2,
			ends:   []engine.Result{engine.Interrupted, engine.Held},
			titles: []string{"check web-7", "update web-5, web-4", "update web-2, web-1", "end the canary"},
			gates:  map[workloadtest.Gapped][]string{counted: {"5", "4", "2"}, byOrdinal: {"8", "7", "4"}},
			gone:   []string{"web-7", "web-5", "web-4"},
		},
		{
			name: "an abort", do: []verbtest.Planner{verbtest.CanaryOf("nginx:1.22"), verbtest.Abort}, writes: 3,
			ends: []engine.Result{engine.Interrupted, engine.Done},
			titles: []string{
				"put the template of revision web-stable back", "return web-7, web-5, web-4 to revision web-stable", "end the canary",
			},
			gates: map[workloadtest.Gapped][]string{counted: {"5", "4", "2", "0"}, byOrdinal: {"8", "7", "4", "0"}},
			gone:  []string{"web-7", "web-5", "web-4", "web-7", "web-5", "web-4"},
		},
		{
			name: "an abort pod by pod", do: []verbtest.Planner{verbtest.CanaryOf("nginx:1.22"), verbtest.Abort},
			writes: 3, budgets: budget, ends: []engine.Result{engine.Interrupted, engine.Done},
			titles: []string{
				"put the template of revision web-stable back, rollout paused", "return web-7", "return web-5",
				"wait until every pod is Available", "end the canary",
			},
			gates: map[workloadtest.Gapped][]string{
				counted: {"5", "4", "3", "5", "4", "3", "0"}, byOrdinal: {"8", "7", "5", "8", "7", "5", "0"},
			},
			gone: []string{"web-7", "web-5", "web-7", "web-5"},
		},
		{
			name: "an undo", do: []verbtest.Planner{verbtest.ToRevision(ststest.Update)}, writes: -1, steps: []string{"100%"},
			ends: []engine.Result{engine.Done},
			titles: []string{
				"put the template of revision 2 back", "return web-7 … web-1 (5 pods) to revision web-update", "end the undo",
			},
			gates: map[workloadtest.Gapped][]string{counted: {"0", "0"}, byOrdinal: {"1", "0"}},
			gone:  []string{"web-7", "web-5", "web-4", "web-2", "web-1"},
		},
	} {
		for kind, gates := range test.gates {
			t.Run(fmt.Sprintf("%s, by ordinal: %t", test.name, kind.ByOrdinal), func(t *testing.T) {
				server := newServer(kind)
				w := server.world(t)
				w.Budgets = test.budgets
				request := verbtest.Ask()
				if test.steps != nil {
					verbtest.Steps(test.steps...)(&request)
				}
				var titles []string
				var ends []engine.Result
				for i, do := range test.do {
					writes := -1
					if i == 0 {
						writes = test.writes
					}
					p, err := do(request, w.See(), w.Now)
					require.NoError(t, err)
					titles = nil
					for _, step := range p.Steps {
						titles = append(titles, step.Title)
					}
					ends = append(ends, w.Run(p, writes))
				}
				require.Equal(t, test.ends, ends)
				require.Equal(t, test.titles, titles)
				require.Equal(t, gates, server.gates())
				require.Equal(t, test.gone, w.Gone)
			})
		}
	}
}

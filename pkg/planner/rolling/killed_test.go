package rolling_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/planner/verbtest"
)

// Killed after any of its writes and run again, a verb ends where it would have
// ended; killed after each, too.
func TestAVerbThatIsKilledGoesOn(t *testing.T) {
	for _, test := range scenarios() {
		t.Run(test.name, func(t *testing.T) {
			w := test.world(t)
			before := w.Writes
			require.Equal(t, engine.Done, w.Run(verbtest.Planned(t)(test.do(test.request, w.See(), w.Now)), -1))
			require.Equal(t, test.want, w.Ends())
			all, gone := w.Writes-before, w.Gone

			for kill := range all {
				w := test.world(t)
				require.Equal(
					t,
					engine.Interrupted,
					w.Run(verbtest.Planned(t)(test.do(test.request, w.See(), w.Now)), kill),
					"after %d writes",
					kill,
				)
				again := test.request
				if test.again != nil {
					test.again(&again)
				}
				require.Equal(
					t,
					engine.Done,
					w.Run(verbtest.Planned(t)(test.do(again, w.See(), w.Now)), -1),
					"run again after %d writes",
					kill,
				)
				require.Equal(t, test.want, w.Ends(), "killed after %d writes", kill)
				require.Equal(t, gone, w.Gone, "killed after %d writes: each pod goes once", kill)
			}

			w = test.world(t)
			for range all {
				p, err := test.do(test.request, w.See(), w.Now)
				require.NoError(t, err)
				if p == nil {
					break // a plan that is made later may take fewer writes
				}
				w.Run(p, 1)
			}
			require.Equal(t, test.want, w.Ends(), "killed after each write")
		})
	}
}

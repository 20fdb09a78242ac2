package loop

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// An asker whose context ended returns just as the run sees that itself.
func TestAnAnswerAfterTheInterrupt(t *testing.T) {
	for _, test := range []struct {
		name  string
		reply reply
	}{
		{"is no failure to read it", reply{err: context.Canceled}},
		{"does not count", reply{answer: plan.Promote}},
	} {
		t.Run(test.name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			r := &run{Engine: Engine{Now: time.Now}, ctx: ctx, asked: true}
			r.seen = ststest.Snapshot(ststest.Set())
			require.Equal(t, engine.Interrupted, r.answered(test.reply).Result)
			require.True(t, r.asked, "nobody is asked again")
		})
	}
}

package text_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
)

// lineOf is what one event of a watch adds to a log.
func lineOf(e engine.Event) string {
	var out strings.Builder
	l := text.NewLines(&out, term.ColorNever, true)
	l.Handle(engine.Event{Type: engine.EventPlan, Plan: &plan.Plan{Verb: "watch", Name: "web", ReadOnly: true}})
	e.Time = ststest.Start
	l.Handle(e)
	return out.String()
}

func TestLinesOfAWait(t *testing.T) {
	in := func(d time.Duration) time.Time { return ststest.Start.Add(d) }
	standing := &sts.PodProgress{Pod: "web-4"}
	for _, test := range []struct {
		name string
		e    engine.Event
		want string
	}{
		{"a pod's line has said it", engine.Event{Message: "web-4: pending", Pod: standing}, ""},
		{
			"what nothing moves is told all the same",
			engine.Event{Message: "web-4: pending", Pod: standing, Since: in(-90 * time.Second), Halts: in(8 * time.Minute)},
			"03:04:05Z   still waiting for web-4: pending, for 1m30s; the run halts in 8m0s unless that moves\n",
		},
		{
			"without an end",
			engine.Event{Message: "web-4: pending", Since: in(-30 * time.Second)},
			"03:04:05Z   still waiting for web-4: pending, for 30s\n",
		},
		{
			"a soak has its end",
			engine.Event{Message: "the soak of step 1 of 3 to end", Until: in(45 * time.Second)},
			"03:04:05Z   waiting for the soak of step 1 of 3 to end (45s left)\n",
		},
		{
			"and still has it",
			engine.Event{Message: "the soak of step 1 of 3 to end", Since: in(-30 * time.Second), Until: in(15 * time.Second)},
			"03:04:05Z   still waiting for the soak of step 1 of 3 to end, for 30s (15s left)\n",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.e.Type = engine.EventWait
			require.Equal(t, test.want, lineOf(test.e))
		})
	}
}

// What a driver says of itself comes from the cluster.
func TestTheLineOfAnOperationIsClean(t *testing.T) {
	o := &plan.Operation{Verb: "canary", Step: 1, Steps: 3, Driver: &note.Driver{
		User: "al\x1b[31mice", Host: "ci\n-7", Process: 12, Since: ststest.Start,
	}}
	require.Equal(t, "03:04:05Z canary: step 1 of 3, driven by alice on ci -7, since 2030-01-02T03:04:05Z\n",
		lineOf(engine.Event{Type: engine.EventOperation, Message: o.String(), Operation: o}))
}

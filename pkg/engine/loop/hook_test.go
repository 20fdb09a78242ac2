package loop_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// commands are hooks that the test plays.
type commands struct {
	ran   []string
	ends  chan error
	ended int // how many have returned
}

func (c *commands) RunHook(ctx context.Context, h plan.Hook, say func(string)) error {
	c.ran = append(c.ran, h.Pod)
	defer func() { c.ended++ }()
	say("working on " + h.Pod)
	select {
	case err := <-c.ends:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// removes is a plan that lowers the replicas by two, with a command before each.
func removes() plan.Plan {
	return enginetest.OneStep(func(p *plan.Plan) {
		p.Scales, p.Record = true, "kubectl-sts.github.io/scale"
		p.Steps = []plan.Step{{
			Title: "remove web-4, web-3", Number: 1, Of: 1, Change: plan.Edit{Replicas: ptr.To(3), Says: "replicas 3"},
			Before: []plan.Hook{
				{Command: "drain", Set: "web", Namespace: "default", Pod: "web-4", Ordinal: 4},
				{Command: "drain", Set: "web", Namespace: "default", Pod: "web-3", Ordinal: 3},
			},
			Until: plan.Scaled{From: 3, To: 5},
		}}
	})
}

func TestHooksRunInOrderBeforeTheChange(t *testing.T) {
	hooks := &commands{ends: make(chan error)}
	onStageWith(t, hooks, removes(), func(t *testing.T, s *stage) {
		require.Equal(t, []string{"web-4"}, hooks.ran)
		s.pass(time.Hour) // it may take longer than a step
		s.goesOn()
		require.Empty(t, s.cluster.sent)
		s.end(hooks, nil)
		require.Equal(t, []string{"web-4", "web-3"}, hooks.ran)
		require.Empty(t, s.cluster.sent)
		s.show(ststest.Settled()) // a snapshot meanwhile starts none again
		s.end(hooks, nil)
		require.Equal(t, []sent{{time.Hour, removes().Steps[0].Change}}, s.cluster.sent)
		require.Equal(t, []string{"", "working on web-4", "", "working on web-3"}, s.sink.messages(engine.EventHook))
		s.show(ststest.Snapshot(ststest.Set(ststest.Replicas(3), ststest.Generation(2)), ststest.Pods(0, 3)))
		require.Equal(t, engine.Done, s.ends().Result)
	})
}

func TestAHookThatFailsEndsTheRunWithNothingWritten(t *testing.T) {
	hooks := &commands{ends: make(chan error)}
	onStageWith(t, hooks, removes(), func(t *testing.T, s *stage) {
		s.end(hooks, nil)
		failed := errors.New("exit code 3")
		s.end(hooks, failed)
		p := removes()
		require.Equal(t, engine.Outcome{
			Result: engine.Halted, Message: "the command before web-3 goes: exit code 3", Step: &p.Steps[0], Replicas: ptr.To(5),
			Try: hinttest.Trying(1, hinttest.List("roll back: kubectl sts abort web", "try again: kubectl sts canary web")), Err: failed,
			Images: []podtemplate.ImageChange{{Container: "nginx", From: "nginx:1.21", To: "nginx:1.21", Alone: true}},
			Safe:   "5 of 5 pods Available: web-0 … web-4 on nginx:1.21",
		}, s.ends())
		require.Empty(t, s.cluster.sent)
	})
}

func TestAHookEndsWithTheRun(t *testing.T) {
	tests := []struct {
		name string
		end  func(*stage)
		want engine.Result
	}{
		{"by ctrl-C", func(s *stage) { s.cancel() }, engine.Interrupted},
		{"by somebody else's change", func(s *stage) {
			s.show(ststest.Snapshot(ststest.Set(ststest.Replicas(7), ststest.Generation(2)), ststest.Pods(0, 5)))
		}, engine.Drifted},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			hooks := &commands{ends: make(chan error)}
			onStageWith(t, hooks, removes(), func(t *testing.T, s *stage) {
				tt.end(s)
				s.pass(0)
				require.Equal(t, tt.want, s.ends().Result)
				require.Equal(t, 1, hooks.ended)
				require.Empty(t, s.cluster.sent)
			})
		})
	}
}

func TestHooksOfAChangeThatIsDoneAreNotRun(t *testing.T) {
	p := removes()
	p.Steps[0].Change = plan.Edit{Replicas: ptr.To(5)}
	p.Steps[0].Until = plan.Scaled{}
	hooks := &commands{ends: make(chan error)}
	onStageWith(t, hooks, p, func(t *testing.T, s *stage) {
		require.Equal(t, engine.Done, s.ends().Result)
		require.Empty(t, hooks.ran)
	})
}

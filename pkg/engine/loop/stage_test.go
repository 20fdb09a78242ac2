package loop_test

import (
	"bytes"
	"context"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/loop"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan/plantest"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// stage is a run in a bubble of virtual time. The test is its cluster: it
// shows one snapshot after another, and in between lets time pass.
type stage struct {
	t        *testing.T
	cluster  *cluster
	sink     *sink
	asker    *asker
	feed     chan engine.Update
	cancel   context.CancelFunc
	out      chan engine.Outcome
	hooks    engine.Hooks
	looker   engine.Looker
	measurer check.Measurer
	witness  engine.Witness
	receipts engine.Receipts
	notices  func() []string
	inside   string // the namespace, where the user's flags do not lead there
	clock    sync.Mutex
}

// onStage starts a run in a bubble of its own and lets play go on with it.
// However it plays, the last event is the outcome, and the only one.
func onStage(t *testing.T, p plan.Plan, first sts.Snapshot, play func(t *testing.T, s *stage), answers ...answer) {
	t.Helper()
	onStageAs(t, p, first, play, func(t *testing.T) *stage { return newStage(t, answers...) })
}

// onStageWith is the same from the settled set, with commands to run.
func onStageWith(t *testing.T, hooks *commands, p plan.Plan, play func(t *testing.T, s *stage)) {
	t.Helper()
	onStageAs(t, p, ststest.Settled(), play, func(t *testing.T) *stage {
		s := newStage(t)
		s.hooks = hooks
		hooks.ends = make(chan error) // of this bubble
		return s
	})
}

// end ends the command that runs.
func (s *stage) end(c *commands, err error) {
	c.ends <- err
	synctest.Wait()
}

func onStageAs(t *testing.T, p plan.Plan, first sts.Snapshot, play func(t *testing.T, s *stage), newOne func(*testing.T) *stage) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := newOne(t)
		s.start(plantest.Same(p), first)
		play(t, s)
		s.cancel()
		synctest.Wait()
		outcomes := 0
		for _, e := range s.sink.events {
			if e.Type == engine.EventOutcome {
				outcomes++
			}
		}
		require.Equal(t, 1, outcomes)
		require.Equal(t, engine.EventOutcome, s.sink.events[len(s.sink.events)-1].Type)
		require.Len(t, s.sink.goroutines, 1, "goroutines that called the sink")
	})
}

func newStage(t *testing.T, answers ...answer) *stage {
	return &stage{
		t:       t,
		cluster: &cluster{begin: time.Now(), answers: answers},
		sink:    &sink{goroutines: map[string]bool{}},
		asker:   &asker{replies: make(chan reply)},
		feed:    make(chan engine.Update, 1),
		out:     make(chan engine.Outcome, 1),
	}
}

func (s *stage) start(p plan.Plan, first sts.Snapshot) {
	ctx, cancel := context.WithCancel(s.t.Context())
	s.cancel = cancel
	engine := loop.Engine{
		Cluster: s.cluster, Feed: s.feed, Sink: s.sink, Asker: s.asker,
		Now: s.now, Hooks: s.hooks, Looker: s.looker, Witness: s.witness, Receipts: s.receipts,
		Notices: s.notices, Namespace: s.inside, Measurer: s.measurer,
	}
	go func() { s.out <- engine.Run(ctx, p, first) }()
	synctest.Wait()
}

// now is the cluster's time. The run looks at it before it does anything, and
// the test before it lets time pass: so the race detector knows that the one
// is not writing what the other reads.
func (s *stage) now() time.Time {
	s.clock.Lock()
	defer s.clock.Unlock()
	return ststest.Start.Add(time.Since(s.cluster.begin))
}

// tell gives the run an update and waits until it has dealt with it.
func (s *stage) tell(u engine.Update) {
	s.feed <- u
	synctest.Wait()
}

func (s *stage) show(snapshot sts.Snapshot) { s.tell(engine.Update{Snapshot: snapshot}) }

// pass lets time pass and the run do what it does then.
func (s *stage) pass(d time.Duration) {
	s.now()
	time.Sleep(d)
	synctest.Wait()
}

// goesOn requires that the run has not ended.
func (s *stage) goesOn() {
	s.t.Helper()
	require.Empty(s.t, s.out)
}

// ends requires that the run has ended by now, and returns how.
func (s *stage) ends() engine.Outcome {
	s.t.Helper()
	require.Len(s.t, s.out, 1)
	o := <-s.out
	last := s.sink.events[len(s.sink.events)-1]
	require.Equal(s.t, engine.Event{
		Type: engine.EventOutcome, Time: s.now(), Step: o.Step, Outcome: &o,
	}, last)
	return o
}

// sink keeps the events, and which goroutines brought them.
type sink struct {
	events     []engine.Event
	goroutines map[string]bool
}

func (s *sink) Handle(e engine.Event) {
	stack := make([]byte, 64)
	stack = stack[:runtime.Stack(stack, false)]
	goroutine, _, _ := bytes.Cut(stack, []byte(" ["))
	s.goroutines[string(goroutine)] = true
	s.events = append(s.events, e)
	if e.Message == slow {
		time.Sleep(time.Second)
	}
}

// slow is a message that takes whoever shows it a second.
const slow = "slow"

// messages are the words of all events of a type.
func (s *sink) messages(of engine.EventType) []string {
	var out []string
	for _, e := range s.events {
		if e.Type == of {
			out = append(out, e.Message)
		}
	}
	return out
}

// answer is what the cluster says to a write: an error, or nothing for ever.
type answer struct {
	err   error
	hangs bool
}

// sent is a write and when it came.
type sent struct {
	at     time.Duration
	change plan.Change
}

// cluster keeps the writes that it gets. Once its answers are used up it
// takes every write.
type cluster struct {
	begin   time.Time
	answers []answer
	sent    []sent
}

func (c *cluster) Apply(ctx context.Context, change plan.Change, seen sts.Snapshot) (*workload.Set, error) {
	c.sent = append(c.sent, sent{time.Since(c.begin), change})
	if len(c.answers) > 0 {
		a := c.answers[0]
		c.answers = c.answers[1:]
		if a.hangs {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		if a.err != nil {
			return nil, a.err
		}
	}
	if edit, ok := change.(plan.Edit); ok {
		return enginetest.Taken(seen.Set, edit), nil
	}
	return nil, nil
}

type reply struct {
	answer plan.Answer
	err    error
}

// asker passes the test's replies on.
type asker struct {
	replies chan reply
	asked   []plan.Step
	gone    bool // its context ended before there was a reply
}

func (a *asker) Ask(ctx context.Context, step plan.Step) (plan.Answer, error) {
	a.asked = append(a.asked, step)
	select {
	case r := <-a.replies:
		return r.answer, r.err
	case <-ctx.Done():
		a.gone = true
		return "", ctx.Err()
	}
}

func (s *stage) reply(answer plan.Answer, err error) {
	s.asker.replies <- reply{answer, err}
	synctest.Wait()
}

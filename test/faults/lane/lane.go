package lane

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/kubectl-sts/kubectl-sts/test/faults/judge"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
	"github.com/kubectl-sts/kubectl-sts/test/witness"
)

func number(version string) uint64 { return witness.Number(version) }

// lane plays one schedule.
type lane struct {
	plane     *Plane
	schedule  schedule.Schedule
	namespace string
	work      string
	passage   *passage

	disrupts sync.WaitGroup // what is being done to the control plane

	mu    sync.Mutex
	runs  []*run
	edits []judge.Edit
	fails []error // of what is done to the control plane
}

// Play plays a schedule and returns what was seen. An error is one of the harness,
// or of the control plane: nothing can be said about the plugin then.
func (p *Plane) Play(ctx context.Context, s schedule.Schedule) (*judge.Evidence, error) {
	l := &lane{plane: p, schedule: s}
	l.namespace = fmt.Sprintf("%s%d-%s", Prefix, s.Seed, strings.ToLower(rand.Text()[:6]))
	l.work = filepath.Join(p.work, l.namespace)
	if err := os.MkdirAll(l.work, 0o700); err != nil {
		return nil, err
	}
	defer func() { _ = os.RemoveAll(l.work) }()
	var err error
	if l.passage, err = newPassage(l, p.Cluster.Config); err != nil {
		return nil, err
	}
	defer func() { _ = l.passage.Down() }()
	defer l.cleanUp()
	defer l.disrupts.Wait()
	e, err := l.play(ctx)
	if err != nil {
		return nil, fmt.Errorf("seed %d, namespace %s: %w", s.Seed, l.namespace, err)
	}
	return e, nil
}

func (l *lane) play(ctx context.Context) (*judge.Evidence, error) {
	if err := within(ctx, l.furnish); err != nil {
		return nil, err
	}
	if err := within(ctx, func(ctx context.Context) error { return l.await(ctx, l.unmade) }); err != nil {
		return nil, err
	}
	began := l.version(ctx)
	for _, a := range l.schedule.Acts {
		if err := l.act(ctx, a); err != nil {
			return nil, err
		}
	}
	l.disrupts.Wait()
	if err := l.wayOut(ctx, began); err != nil {
		return nil, err
	}
	ended := l.version(ctx)
	e, err := l.evidence(ctx, began)
	if err != nil {
		return nil, err
	}
	kept, err := l.restore(ctx, e)
	if err != nil || len(kept) == 0 {
		return e, err
	}
	e, err = l.evidence(ctx, began)
	if e != nil {
		e.Kept, e.Ended = kept, ended
	}
	return e, err
}

// within does something that has to work, within the harness' patience.
func within(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return do(ctx)
}

// act runs one command, and the one beside it.
func (l *lane) act(ctx context.Context, a schedule.Act) error {
	for _, d := range a.Before {
		l.edit(d)
	}
	one, err := l.begin(ctx, a, judge.Scheduled)
	if err != nil {
		return err
	}
	if a.Beside != nil {
		select {
		case <-one.reached:
		case <-one.done:
		}
		other, err := l.begin(ctx, *a.Beside, judge.Scheduled)
		if err != nil {
			return err
		}
		other.end(ctx)
	}
	one.end(ctx)
	return ctx.Err()
}

// runOf is the run with a token.
func (l *lane) runOf(token string) *run {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.runs {
		if r.token() == token {
			return r
		}
	}
	return nil
}

// disrupt begins to do something to the control plane.
func (l *lane) disrupt(do func() error) {
	l.disrupts.Go(func() {
		if err := do(); err != nil {
			l.mu.Lock()
			l.fails = append(l.fails, err)
			l.mu.Unlock()
		}
	})
}

// evidence is what was seen up to now.
func (l *lane) evidence(ctx context.Context, began uint64) (*judge.Evidence, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	moments, err := l.plane.witness.Moments(ctx, l.namespace)
	if err != nil {
		return nil, err
	}
	writes, err := l.plane.audit.Writes(ctx, l.namespace)
	if err != nil {
		return nil, err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.fails) > 0 {
		return nil, l.fails[0]
	}
	e := &judge.Evidence{
		Schedule: l.schedule, Namespace: l.namespace, Began: began, Moments: moments, Writes: writes,
		Edits: append([]judge.Edit(nil), l.edits...), Fits: l.plane.fits,
		Missed: l.plane.witness.Missed(),
	}
	for _, r := range l.runs {
		r.mu.Lock()
		e.Runs = append(e.Runs, r.Run)
		r.mu.Unlock()
	}
	for i := range e.Runs {
		e.Runs[i].Alone = e.Alone(i)
	}
	return e, nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kubectl-sts/kubectl-sts/test/faults/judge"
	"github.com/kubectl-sts/kubectl-sts/test/faults/lane"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
)

// proof is a plugin that is broken on purpose, the commands that show it, and the
// rule that has to catch it.
type proof struct {
	rule string
	how  string
	acts []string
}

// proofs has one for each rule at least.
var proofs = []proof{
	{"claims", deletesClaim, []string{"canary web --image=app=app:v2 --soak=0s --yes"}},
	{"claims", dropsPolicy, []string{"scale web --replicas=1 --pvc=keep --yes"}},
	{"retained", losesRecord, []string{"scale web --replicas=2 --pvc=retain-volume --yes"}},
	{"retained", letsVolumeGo, []string{"scale web --replicas=2 --pvc=retain-volume --yes"}},
	{"gate", deletesLowest, []string{"canary web --image=app=app:v2 --soak=0s --hold"}},
	{"gate", opensGate, []string{"canary web --image=app=app:v2 --soak=0s --hold"}},
	{"one-at-a-time", deletesTwo, []string{"restart web --soak=0s --yes"}},
	{"one-at-a-time", scalesAtOnce, []string{"scale web --replicas=2 --yes"}},
	{"codes", endsWithSeven, []string{"status web"}},
	{"codes", endsWithOne, []string{"status web -o json"}},
	{"truth", doesNothing, []string{"canary web --image=app=app:v2 --yes"}},
	{"truth", doesNothing, []string{"scale web --replicas=2 --yes"}},
	{"truth", doesNothing, []string{"restart web --yes"}},
	{"truth", doesNothing, []string{"hold web"}},
	{"json", saysMore, []string{"canary web --image=app=app:v2 --soak=0s --yes -o json"}},
	{"json", saysNothing, []string{"hold web -o json"}},
	{"json", endsWithOne, []string{"hold web -o json"}},
	{"panic", panicsAtEnd, []string{"status web"}},
	{"hang", neverEnds, []string{"status web"}},
	{"dry-run", annotates, []string{"canary web --image=app=app:v2 --dry-run=server"}},
	{"refusal", annotates, []string{"promote web"}},
	{"strangers", deletesOther, []string{"restart web --soak=0s --yes"}},
	{"fights", fightsBack, []string{"canary web --image=app=app:v2 --soak=0s --yes"}},
	{"budgets", takesPod, []string{"restart web --ordinals=0 --soak=0s --yes"}},
	{"words", boasts, []string{"canary web --image=app=app:v2 --soak=0s --hold -o json"}},
	{"words", boasts, []string{"status web -o json"}},
	{"way-out", keepsRecord, []string{"canary web --image=app=app:v2 --soak=0s --hold"}},
}

// schedule is what shows it: a set of three pods with claims, and nothing that
// disturbs.
func (p proof) schedule(i int) schedule.Schedule {
	s := schedule.Schedule{
		Seed: uint64(i), Way: "abort", //nolint:gosec // small
		Sets: []schedule.Set{{Name: "web", Replicas: 3, Template: "data", WhenScaled: "Delete"}},
	}
	for _, line := range p.acts {
		s.Acts = append(s.Acts, schedule.Act{Args: strings.Fields(line)})
	}
	switch p.how {
	case takesPod:
		s.Sets[0].Available = 3
	case deletesOther:
		s.Sets = append(s.Sets, schedule.Set{Name: "x", Replicas: 1})
	case fightsBack:
		s.Acts[0].Faults = []schedule.Fault{{
			Does: schedule.Foreign, Of: "write", After: 1, Edit: &schedule.Edit{Does: schedule.Partition, Set: "web", Number: 2},
		}}
	}
	return s
}

// hangs is how long a plugin may take that never ends.
const hangs = 5 * time.Second

// prove plays each of them, and fails where its rule does not catch it.
func prove(ctx context.Context, plane *lane.Plane, o options, out io.Writer) error {
	for _, rule := range judge.Rules() {
		if !slices.ContainsFunc(proofs, func(p proof) bool { return p.rule == rule.Name }) {
			return fmt.Errorf("no plugin is broken on purpose for the rule %q", rule.Name)
		}
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	next := make(chan int)
	var mu sync.Mutex
	var missed []error
	var lanes sync.WaitGroup
	for range o.lanes {
		lanes.Go(func() {
			for i := range next {
				err := proofs[i].caught(ctx, plane, o, self, i)
				mu.Lock()
				if err != nil {
					missed = append(missed, err)
				} else {
					fmt.Fprintf(out, "%s: caught a plugin that %s\n", proofs[i].rule, proofs[i].how)
				}
				mu.Unlock()
			}
		})
	}
	for i := range proofs {
		next <- i
	}
	close(next)
	lanes.Wait()
	return errors.Join(missed...)
}

// caught plays a proof, and fails where its rule did not see it.
func (p proof) caught(ctx context.Context, plane *lane.Plane, o options, self string, i int) error {
	broken := *plane
	broken.Plugin = self
	broken.Environment = []string{sabotageVar + "=" + p.how, pluginVar + "=" + plane.Plugin}
	if p.how == neverEnds {
		broken.Hang = hangs
	}
	e, err := broken.Play(ctx, p.schedule(i))
	if err != nil {
		return err
	}
	breaches := judge.Judge(e)
	if slices.ContainsFunc(breaches, func(v judge.Violation) bool { return v.Invariant == p.rule }) {
		return nil
	}
	file, err := keep(o.keep, fmt.Sprintf("proof-%d", i), e, breaches)
	return errors.Join(err, fmt.Errorf("the rule %q did not catch a plugin that %s; seen: %s.txt", p.rule, p.how, filepath.ToSlash(file)))
}

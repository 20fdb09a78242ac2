package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/kubectl-sts/kubectl-sts/test/faults/judge"
	"github.com/kubectl-sts/kubectl-sts/test/faults/lane"
)

// neverTakes is how long a plugin may take that never ends.
const neverTakes = 5 * time.Second

// prove plays each of them, and fails where anything but its rule catches it.
func prove(ctx context.Context, plane *lane.Plane, o options, out io.Writer) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	with, err := regexp.Compile(o.with)
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
				err := proofs[i].prove(ctx, plane, o, self, i)
				mu.Lock()
				if err != nil {
					missed = append(missed, err)
				} else {
					fmt.Fprintf(out, "%s: caught a plugin that %s (%s)\n", proofs[i].rule, proofs[i].how, proofs[i].last())
				}
				mu.Unlock()
			}
		})
	}
	for i := range proofs {
		if slices.ContainsFunc(proofs[i].acts, with.MatchString) {
			next <- i
		}
	}
	close(next)
	lanes.Wait()
	return errors.Join(missed...)
}

// last is the command that is broken, or that the way out follows.
func (p proof) last() string { return p.acts[len(p.acts)-1] }

// prove plays a proof and looks at what caught it.
func (p proof) prove(ctx context.Context, plane *lane.Plane, o options, self string, i int) error {
	broken := *plane
	broken.Broken = &lane.Broken{
		Program: self, Environment: []string{sabotageVar + "=" + p.how, pluginVar + "=" + plane.Plugin}, Runs: p.isBroken,
	}
	if p.how == neverEnds {
		broken.Hang = neverTakes
	}
	e, err := broken.Play(ctx, p.schedule(i))
	if err != nil {
		return err
	}
	breaches := judge.Judge(e)
	wrong := p.missed(e, breaches)
	if wrong == "" && !o.all {
		return nil
	}
	file, err := keep(o.keep, fmt.Sprintf("proof-%d", i), e, breaches)
	if wrong != "" {
		err = errors.Join(err, fmt.Errorf("the rule %q and a plugin that %s (%s): %s; seen: %s.txt",
			p.rule, p.how, p.last(), wrong, filepath.ToSlash(file)))
	}
	return err
}

// missed says why a proof proves nothing: the plugin was not broken in that way, its
// rule did not see it or saw something else, or another rule would have done.
func (p proof) missed(e *judge.Evidence, breaches []judge.Violation) string {
	if !slices.ContainsFunc(e.Runs, p.isBroken) {
		return "no run was broken"
	}
	for _, r := range e.Runs {
		if r.Code == sabotageFailed {
			return "the plugin could not be broken: " + strings.TrimSpace(r.Stderr)
		}
	}
	said := false
	for _, v := range breaches {
		if v.Invariant != p.rule {
			return fmt.Sprintf("the rule %q was broken: %s", v.Invariant, v.What)
		}
		said = said || strings.Contains(v.What, p.says)
	}
	if !said {
		return fmt.Sprintf("the rule did not say %q: %v", p.says, breaches)
	}
	return ""
}

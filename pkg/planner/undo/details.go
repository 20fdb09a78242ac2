package undo

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
)

// details say what a person wants to know before they agree.
func details(target *Target, s sts.Snapshot, now time.Time) []string {
	var out []string
	if target.Why != "" {
		out = append(out, fmt.Sprintf("revision %d: %s", target.Revision.Revision, target.Why))
	}
	var deletes, replaced, down []string
	blockers := blockersAfter(s, target.Revision.Name, now)
	for _, p := range slices.Backward(s.Pods) {
		switch {
		case p.Revision == target.Revision.Name || p.Ordinal > s.Ordinals().Last():
		case s.OnDelete():
			deletes = append(deletes, p.Name)
		case slices.Contains(blockers, p.UID):
			down = slices.Insert(down, 0, p.Name) // as they are deleted: the lowest is waited for first
		default:
			replaced = append(replaced, p.Name)
		}
	}
	if len(down) > 0 {
		out = append(out, fmt.Sprintf("deletes %s, which %s not Ready and which the controller would wait for without end",
			strings.Join(down, ", "), sts.Are(len(down))))
	}
	if len(deletes) > 0 {
		out = append(out, "deletes, one at a time: "+strings.Join(deletes, ", "))
	}
	if len(replaced) > 0 {
		out = append(out, "the controller replaces: "+strings.Join(replaced, ", "))
	}
	return out
}

// blockersAfter are the pods that the controller will wait for, one after another,
// once this revision is wanted everywhere: those that are not Ready, unless they
// have it.
func blockersAfter(s sts.Snapshot, revision string, now time.Time) []types.UID {
	if s.OnDelete() || !s.Ordered() {
		return nil
	}
	var out []types.UID
	for _, p := range s.Pods {
		if !p.Available(s.MinReady(), now) && !p.Ready && !p.Terminating && p.Revision != revision {
			out = append(out, p.UID)
		}
	}
	return out
}

package judge

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/test/annotations"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
)

// renewal is a replace in progress, which several runs may go on with.
type renewal struct {
	by    Run    // the command that has begun it, and says what it is of
	since uint64 // the version at which its record came
	until uint64 // and at which it went, 0 where it has not
}

// renewalOf is the last replace of a set that was in progress at some moment between two
// versions.
func (e *Evidence) renewalOf(set string, from, to uint64) (renewal, bool) {
	var last renewal
	id := ""
	for _, m := range e.Moments {
		if m.Version >= to {
			break
		}
		if m.Set == nil || m.Set.Name != set {
			continue
		}
		record := rolloutOf(m.Set)
		goes := m.Gone || record == nil || record.Verb != "replace"
		switch {
		case goes && id != "":
			id, last.until = "", m.Version
		case !goes && record.Run != id:
			id, last = record.Run, renewal{since: m.Version}
		}
	}
	if last.since == 0 || last.until != 0 && last.until <= from {
		return renewal{}, false
	}
	by, ok := e.beginner(set, last.since)
	last.by = by
	return last, ok
}

// beginner is the run that has begun a replace at a version: the one that has written the
// record, or where no answer tells the last one that could have.
func (e *Evidence) beginner(set string, at uint64) (Run, bool) {
	for _, r := range e.Runs {
		if slices.ContainsFunc(r.Requests, func(q Request) bool { return q.Taken() && q.Version == at }) {
			return r, r.Act.Verb() == "replace" && r.Act.Set() == set
		}
	}
	for _, r := range slices.Backward(e.Runs) {
		a := r.Act
		if a.Verb() == "replace" && a.Set() == set && !a.Dry() && (a.Has("all") || a.Has("ordinals")) && r.From <= at && r.To >= at {
			return r, true
		}
	}
	return Run{}, false
}

// lastWriteBefore is the version of what a run has changed last before another version, or
// that of its beginning: it has looked at the world since then.
func (r Run) lastWriteBefore(at uint64) uint64 {
	last := r.From
	for _, q := range r.Requests {
		if q.Taken() && q.Version < at {
			last = max(last, q.Version)
		}
	}
	return last
}

// toldToReplace is what a run of replace was told about a claim that goes at a version: what
// the command was told that has begun what is in progress.
func (e *Evidence) toldToReplace(claim string, r Run, at uint64) (what string, by Run) {
	p, ok := e.renewalOf(r.Act.Set(), r.lastWriteBefore(at), at)
	switch {
	case !ok && e.saw(e.Began, at):
		return "", r
	case !ok: // a restart of the API server may have hidden the record
		for _, o := range slices.Backward(e.Runs) {
			same := o.Number <= r.Number && o.Act.Verb() == "replace" && o.Act.Set() == r.Act.Set() && !o.Act.Dry()
			if what := e.tells(o.Act, claim); same && what != "" {
				return what, o
			}
		}
		return "", r
	}
	if !slices.ContainsFunc(e.ownersOf(claim), func(s schedule.Set) bool {
		ordinal, _ := claimOf(s, claim)
		return s.Name == r.Act.Set() && e.at(p.since).wants(s.Name, ordinal)
	}) {
		return "", p.by
	}
	return e.tells(p.by.Act, claim), p.by
}

// replaces looks at every claim and every pod that a replace deletes.
func replaces(e *Evidence) []Violation {
	var out []Violation
	for _, d := range e.deletions() {
		p, ok := e.renewalOf(d.run.Act.Set(), d.run.lastWriteBefore(d.at), d.at)
		if d.run.Act.Verb() != "replace" || d.run.Act.Dry() || !ok || !e.saw(e.Began, d.at) {
			continue // that it was not told to delete is said elsewhere
		}
		if was := e.at(p.since).claims[d.claim.Name]; was == nil || was.UID != d.claim.UID {
			out = append(out, d.run.breach("has deleted claim %s, which is a new one already", d.claim.Name))
		}
		if away := e.besideReplaced(d, p); away != "" {
			out = append(out, d.run.breach("has deleted claim %s while %s was away", d.claim.Name, away))
		}
	}
	return append(out, each(e, e.takesPod)...)
}

// besideReplaced is a pod that was not Ready in any moment since the run has written last,
// and is to be where a claim is deleted: every other one, or with --force those whose claims go
// as well, and the claim's own where there are such.
func (e *Evidence) besideReplaced(d deletion, p renewal) string {
	name, since := d.run.Act.Set(), d.run.lastWriteBefore(d.at)
	s := e.at(d.at - 1).sets[name]
	i := slices.IndexFunc(e.Schedule.Sets, isNamed(name))
	if s == nil || i < 0 {
		return ""
	}
	planned := e.Schedule.Sets[i]
	own, _ := claimOf(planned, d.claim.Name)
	of := func(ordinal int) bool { return p.by.Act.Renews(ordinal) }
	several := false
	for o := start(s); o < start(s)+replicas(s); o++ {
		several = several || o != own && of(o)
	}
	for o := start(s); o < start(s)+replicas(s); o++ {
		pod := podName(s, o)
		switch {
		case o == own && (!several || d.run.Act.Has("before-cmd")): // what is to be mended, or what its command has done
		case o != own && !of(o) && d.run.Act.Has("force"):
		case !e.once(since, d.at, func(w world) bool { return ready(w.pods[pod]) }):
			return pod
		}
	}
	return ""
}

// takesPod says which pod a replace has deleted whose claims do not go.
func (e *Evidence) takesPod(r Run) (string, bool) {
	i := slices.IndexFunc(e.Schedule.Sets, isNamed(r.Act.Set()))
	if r.Act.Verb() != "replace" || i < 0 {
		return "", false
	}
	planned := e.Schedule.Sets[i]
	for _, q := range r.Requests {
		if !q.Taken() || q.Verb != "delete" || q.Resource != "pods" || q.Version == 0 || !e.saw(e.Began, q.Version) {
			continue
		}
		since := r.lastWriteBefore(q.Version)
		ordinal, _ := ordinalOf(planned.Name, q.Name)
		p, ok := e.renewalOf(planned.Name, since, q.Version)
		if !ok || !p.by.Act.Renews(ordinal) {
			return fmt.Sprintf("has deleted pod %s, whose claims it was not told to replace", q.Name), true
		}
		claim := fmt.Sprintf("%s-%s-%d", planned.Template, planned.Name, ordinal)
		goes := func(w world) bool { return w.claims[claim] == nil || w.claims[claim].DeletionTimestamp != nil }
		if !e.once(since, q.Version, goes) {
			return fmt.Sprintf("has deleted pod %s, whose claim %s stays", q.Name, claim), true
		}
	}
	return "", false
}

// renews reports whether a replace is of a claim of a set.
func renews(a schedule.Act, s schedule.Set, claim string) bool {
	ordinal, its := claimOf(s, claim)
	templates := strings.Split(a.Flag("claim-templates"), ",")
	return its && a.Renews(ordinal) && (!a.Has("claim-templates") || slices.Contains(templates, s.Template))
}

// Keeps reports whether somebody else has put the annotation on claims of a set that keeps
// them: no replace gets past that.
func (e *Evidence) Keeps(set string) bool { return e.foreign(set, schedule.KeepClaim) }

// replaceDone says which claim of those that were to be replaced is still the same one, or
// has no other in its place.
func replaceDone(j judged) string {
	if what := without(j.s, annotations.Rollout); what != "" {
		return what
	}
	for name, uid := range j.renewed() {
		owners := slices.DeleteFunc(j.e.ownersOf(name), func(s schedule.Set) bool { return s.Name != j.s.Name })
		if len(owners) == 0 {
			continue
		}
		ordinal, _ := claimOf(owners[0], name)
		pod, now := podName(j.s, ordinal), j.w.claims[name]
		switch {
		case !j.w.wants(j.s.Name, ordinal):
		case now == nil || string(now.UID) == uid:
			return "claim " + name + " is still the same one, or none"
		case now.DeletionTimestamp != nil || now.Status.Phase != corev1.ClaimBound:
			return "claim " + name + " is new, and on its way out or not bound"
		case !ready(j.w.pods[pod]):
			return pod + " is not Ready"
		}
	}
	if j.r.Act.Has("force") {
		return ""
	}
	return j.w.allReady(j.s)
}

// renewed are the uids of the claims that a run was to replace, by name: as the record that
// it goes on with says, or as it was told.
func (j judged) renewed() map[string]string {
	if j.record != nil && j.record.Verb == "replace" {
		return j.record.Claims
	}
	out := map[string]string{}
	for name, claim := range j.was.claims {
		for _, s := range j.e.ownersOf(name) {
			if ordinal, _ := claimOf(s, name); s.Name == j.s.Name && renews(j.r.Act, s, name) && j.was.wants(s.Name, ordinal) {
				out[name] = string(claim.UID)
			}
		}
	}
	return out
}

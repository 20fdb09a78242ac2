package main

import (
	"strings"

	"github.com/kubectl-sts/kubectl-sts/test/faults/judge"
	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
)

// proof is a plugin that is broken on purpose, the commands that show it, and the
// rule that has to catch it: that one and no other.
type proof struct {
	rule string
	how  string
	says string   // in what the rule says
	acts []string // the last of them is broken
	// first disturbs the first of them, nil for nothing.
	first *schedule.Fault
	// ends says that none of them is, but the way out.
	ends bool
}

const (
	canary = "canary web --image=app=app:v2 --soak=0s --yes"
	holds  = "canary web --image=app=app:v2 --soak=0s --hold"
	keeps  = "scale web --replicas=2 --pvc=keep --yes"
	drops  = "scale web --replicas=2 --pvc=delete --yes"
	saves  = "scale web --replicas=2 --pvc=retain-volume --yes"
	anew   = "recreate -f web.json --yes"
	grows  = "resize web --size=3Gi --yes"
	renews = "replace web --ordinals=2 --soak=0s --yes"
	renew2 = "replace web --ordinals=1-2 --pvc=delete --soak=0s --yes"
)

// A recreate of a set that keeps its claims anyway is killed when it is written down, and when
// it has deleted the set.
var (
	beforeTheGap = &schedule.Fault{Does: schedule.Killed, Of: "write"}
	inTheGap     = &schedule.Fault{Does: schedule.Killed, Of: "write", After: 2}
)

// proofs has one for each rule at least, and for truth one for each verb.
var proofs = []proof{
	{rule: "claims", how: deletesClaim, says: "data-web-0", acts: []string{keeps}},
	{rule: "claims", how: dropsPolicy, says: "the garbage collector", acts: []string{keeps}},
	{rule: "claims", how: deletesLast, says: "no command was told to delete", acts: []string{drops, "prune-pvc web --yes", keepsOne}},
	{rule: "claims", how: deletesClaim, says: "data-web-0", acts: []string{renews}},
	{rule: "retained", how: losesRecord, says: "was not restored", acts: []string{saves}},
	{rule: "retained", how: letsVolumeGo, says: "before its volume", acts: []string{saves}},
	{rule: "retained", how: losesRecord, says: "was not restored", acts: []string{renews}},
	{rule: "retained", how: renewsUnkept, says: "before its volume", acts: []string{renews}},
	{rule: "replaces", how: renewsTwice, says: "which is a new one already", acts: []string{renew2}},
	{rule: "replaces", how: renewsAtOnce, says: "data-web-1 while web-2 was away", acts: []string{renew2}},
	{rule: "replaces", how: renewsNone, says: "whose claim data-web-2 stays", acts: []string{renews}},
	{rule: "replaces", how: renewsOther, says: "web-0, whose claims it was not told to replace", acts: []string{renews}},
	{rule: "gate", how: deletesLowest, says: "web-0 is below the gate", acts: []string{holds}},
	{rule: "gate", how: opensGate, says: "has let 2 through", acts: []string{holds}},
	{rule: "one-at-a-time", how: deletesTwo, says: "while web-2 was away", acts: []string{"restart web --soak=0s --yes"}},
	{rule: "one-at-a-time", how: scalesAtOnce, says: "has lowered the replicas", acts: []string{keeps}},
	{rule: "one-at-a-time", how: opensAtOnce, says: "has opened the gate", acts: []string{holds, "promote web --full"}},
	{rule: "codes", how: endsWithSeven, says: "not in the table", acts: []string{"status web"}},
	{rule: "codes", how: endsWithOne, says: "there was no error", acts: []string{"status web"}},
	{rule: "truth", how: doesNothing, says: "has image app:v1", acts: []string{canary}},
	{rule: "truth", how: doesNothing, says: "no canary", acts: []string{holds}},
	{rule: "truth", how: doesNothing, says: "let through", acts: []string{holds, "promote web"}},
	{rule: "truth", how: doesNothing, says: "still in progress", acts: []string{holds, "promote web --full"}},
	{rule: "truth", how: doesNothing, says: "still there", acts: []string{holds, "abort web --yes"}},
	{rule: "truth", how: doesNothing, says: "still there", acts: []string{holds, "undo web --yes"}},
	{rule: "truth", how: doesNothing, says: "has image app:v2", acts: []string{canary, "undo web --yes"}},
	{rule: "truth", how: doesNothing, says: "still the same pod", acts: []string{"restart web --yes"}},
	{rule: "truth", how: doesNothing, says: "there are 3 replicas", acts: []string{keeps}},
	{rule: "truth", how: lowersOnly, says: "data-web-2 is still there", acts: []string{drops}},
	{rule: "truth", how: doesNothing, says: "no record of the hold", acts: []string{"hold web"}},
	{rule: "truth", how: doesNothing, says: "still there", acts: []string{"hold web", "release web --yes"}},
	{rule: "truth", how: doesNothing, says: "still there", acts: []string{holds, "status web"}},
	{rule: "truth", how: doesNothing, says: "still there", acts: []string{"hold web", "watch web"}},
	{rule: "truth", how: doesNothing, says: "data-web-2 is still there", acts: []string{keeps, "prune-pvc web --yes"}},
	{rule: "truth", how: doesNothing, says: "data-web-2 is not there", acts: []string{saves, "restore-pvc data-web-2"}},
	{rule: "truth", how: doesNothing, says: "Policy:OrderedReady", acts: []string{anew}},
	{rule: "truth", how: doesNothing, says: "the set is not there", acts: []string{anew, "recreate web --yes"}, first: inTheGap},
	{rule: "truth", how: doesNothing, says: "is still there", acts: []string{anew, "recreate web --cancel --yes"}, first: beforeTheGap},
	{rule: "truth", how: keepsMark, says: "kubectl-sts.github.io/recreate is still there", acts: []string{anew}},
	{rule: "truth", how: doesNothing, says: "asks for 1Gi, and was to ask for 3Gi", acts: []string{grows + " --claims-only"}},
	{rule: "truth", how: doesNothing, says: "the claim template asks for 1Gi", acts: []string{grows + " --template-only"}},
	{rule: "truth", how: doesNothing, says: "data-web-2 is still the same", acts: []string{renews}},
	{rule: "truth", how: doesNothing, says: "is still there", acts: []string{renews, "replace web --yes"}, first: beforeTheGap},
	{rule: "recreates", how: deletesAll, says: "went with it", acts: []string{anew}},
	{rule: "recreates", how: createsOther, says: "its controller has deleted pod web-2", acts: []string{anew}},
	{rule: "json", how: saysMore, says: "a line that", acts: []string{canary + " -o json"}},
	{rule: "json", how: saysNothing, says: "instead of an outcome", acts: []string{"hold web -o json"}},
	{rule: "json", how: saysFour, says: "its last object says 4", acts: []string{"hold web -o json"}},
	{rule: "panic", how: panicsAtEnd, says: "broken on purpose", acts: []string{"status web"}},
	{rule: "hang", how: neverEnds, says: "did not end", acts: []string{"status web"}},
	{rule: "dry-run", how: annotates, says: "has written", acts: []string{"canary web --image=app=app:v2 --dry-run=server"}},
	{rule: "dry-run", how: drawsRecord, says: "the folder of records", acts: []string{saves + " --dry-run=client"}},
	{rule: "refusal", how: annotates, says: "ended with 3 and has written", acts: []string{"promote web"}},
	{rule: "refusal", how: annotates, says: "ended with 0 and has written", acts: []string{"status web"}},
	{rule: "strangers", how: deletesOther, says: "x-0", acts: []string{"restart web --soak=0s --yes"}},
	{rule: "strangers", how: makesMap, says: "configmaps", acts: []string{canary}},
	{rule: "fights", how: fightsBack, says: "after somebody else", acts: []string{canary}},
	{rule: "fights", how: asksAgain, says: "after somebody else had it ask for 2Gi", acts: []string{grows + " --claims-only"}},
	{rule: "budgets", how: takesPod, says: "the disruption budget wants 3", acts: []string{"restart web --ordinals=0 --soak=0s --yes"}},
	{rule: "words", how: boastsPartition, says: `has left "partition 9"`, acts: []string{holds + " -o json"}},
	{rule: "words", how: boastsReplicas, says: "has left 9 replicas", acts: []string{keeps + " -o json"}},
	{rule: "words", how: endsWithFive, says: "all was well", acts: []string{"status web"}},
	{rule: "way-out", how: keepsRecord, says: "the annotation", acts: []string{holds}, ends: true},
	{rule: "way-out", how: keepsRecord, says: "the annotation", acts: []string{renews}, first: beforeTheGap, ends: true},
	{rule: "way-out", how: haltsAtOnce, says: "has deleted the set", acts: []string{anew}, first: inTheGap, ends: true},
	{rule: "way-out", how: haltsAtOnce, says: "ConfigMap kubectl-sts.web is", acts: []string{anew}, first: beforeTheGap, ends: true},
	{rule: "way-out", how: endsInTrouble, says: "ended with 4", acts: []string{holds}, ends: true},
}

// keepsOne is a scale that is to keep every claim, also one that an earlier command
// was to delete.
const keepsOne = "scale web --replicas=3 --pvc=reuse --yes"

// schedule is what shows it: a set of three pods with claims, and nothing that
// disturbs.
func (p proof) schedule(i int) schedule.Schedule {
	s := schedule.Schedule{
		Seed: uint64(i), Way: "abort", //nolint:gosec // small
		Sets: []schedule.Set{{Name: "web", Replicas: 3, Template: "data"}},
	}
	for _, line := range p.acts {
		a := schedule.Act{Args: strings.Fields(line)}
		if line == anew {
			a.Manifest = &schedule.Manifest{Set: "web", Parallel: true}
		}
		s.Acts = append(s.Acts, a)
	}
	if p.first != nil {
		s.Acts[0].Faults = []schedule.Fault{*p.first}
	}
	switch p.how {
	case dropsPolicy:
		s.Sets[0].WhenScaled = "Delete"
	case takesPod:
		s.Sets[0].Available = 3
	case asksAgain:
		s.Acts[0].Faults = []schedule.Fault{{
			Does: schedule.Foreign, Of: "write", After: 1, Edit: &schedule.Edit{Does: schedule.Claim, Set: "web", Number: 2, Text: "2Gi"},
		}}
	case deletesOther:
		s.Sets = append(s.Sets, schedule.Set{Name: "x", Replicas: 1})
	case fightsBack:
		s.Acts[0].Faults = []schedule.Fault{{
			Does: schedule.Foreign, Of: "write", After: 1, Edit: &schedule.Edit{Does: schedule.Partition, Set: "web", Number: 2},
		}}
	}
	return s
}

// isBroken reports whether a run of its schedule is broken.
func (p proof) isBroken(r judge.Run) bool {
	if p.ends {
		return r.Why == judge.WayOut
	}
	return r.Why == judge.Scheduled && r.Number == len(p.acts)-1
}

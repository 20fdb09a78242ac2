package engine_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// renewal is the claim of an ordinal as it goes with its pod; its volume is to stay.
func renewal(ordinal int) plan.Renewal {
	c := aClaim(ordinal)
	return plan.Renewal{Name: c.Name, UID: c.UID, Ordinal: ordinal, Volume: c.Volume, Retain: true, Receipt: true}
}

// renewing is a plan that gives these ordinals new claims.
func renewing(ordinals ...int) plan.Plan {
	var claims []plan.Renewal
	for _, o := range ordinals {
		claims = append(claims, renewal(o))
	}
	return enginetest.OneStep(func(p *plan.Plan) { p.Claims = true }, enginetest.Step(func(s *plan.Step) {
		*s = plan.Step{
			Title: "replace the claims of them", Until: plan.PodsRenewed{Claims: claims},
			Replace: &plan.Replace{Mode: plan.ReplaceRenew, Claims: claims},
		}
	}))
}

// goingOut is a claim that stays only for as long as its pod does.
func goingOut(c *storage.Claim) { c.Deleting, c.HeldBy = true, "kubernetes.io/pvc-protection" }

// another is the claim that comes in its place.
func another(c *storage.Claim) { c.UID, c.Volume = c.UID+"-2", c.Volume+"-2" }

// with is the settled set with this pod in the place of its own.
func with(pod *podObject) sts.Snapshot {
	s := ststest.Settled()
	for _, o := range ststest.Snapshot(ststest.Set(), []*podObject{pod}).Pods {
		s.Pods[o.Ordinal] = o
	}
	return s
}

// taken tells the run that a write was taken.
func taken(w *walk, c plan.Change) { w.state = w.state.Applied(c, nil, w.now) }

// podsOf are the pods of the settled set, these without those that are replaced by others.
func podsOf(claims []storage.Claim, others ...sts.Snapshot) sts.Snapshot {
	s := ststest.WithClaims(claims...)
	for _, other := range others {
		s.Pods = other.Pods
	}
	return s
}

func TestAClaimGoesBeforeItsPod(t *testing.T) {
	all := podsOf([]storage.Claim{aClaim(4), aClaim(3)})
	w := newWalk(t, renewing(4, 3), all)
	retain := plan.RetainVolume{Claim: "data-web-4", UID: "data-web-4-uid", Volume: "pv-data-web-4"}
	gone := plan.DeleteClaim{
		Name: "data-web-4", UID: "data-web-4-uid", Why: "so that web-4 gets a new one; its volume stays",
		Receipt: true, Replaced: true, Mounted: true,
	}
	require.Equal(t, retain, w.see(all).Do)
	taken(w, retain)
	require.Equal(t, gone, w.see(all).Do, "no watch tells of volumes: it is not set twice")
	taken(w, gone)
	require.Equal(t, "web-4", deletes(w.see(all).Do), "the watch lags behind the answer")
	taken(w, plan.DeletePod{Name: "web-4", UID: "web-4-uid"})

	out := podsOf([]storage.Claim{aClaim(4, goingOut), aClaim(3)})
	require.Nil(t, w.see(out).Do, "one at a time")
	away := podsOf([]storage.Claim{aClaim(4, goingOut), aClaim(3)}, ststest.Without(ststest.Settled(), 4))
	d := w.see(away)
	require.Nil(t, d.Do)
	require.Equal(t, "claim data-web-4 to go, held by finalizer kubernetes.io/pvc-protection: it stays while a pod uses the claim",
		d.Events[len(d.Events)-1].Message)
	back := podsOf([]storage.Claim{aClaim(4, another), aClaim(3)},
		with(ststest.StablePod(4, ststest.Recreated)))
	require.Equal(t, plan.RetainVolume{Claim: "data-web-3", UID: "data-web-3-uid", Volume: "pv-data-web-3"}, w.see(back).Do,
		"the next one follows")
}

func TestAPodWhoseClaimsAreOnTheirWayOutGoesFirst(t *testing.T) {
	w := newWalk(t, renewing(4, 3, 1), podsOf(nil))
	cut := podsOf([]storage.Claim{aClaim(4), aClaim(3), aClaim(1, goingOut)})
	require.Equal(t, "retain volume pv-data-web-1 of claim data-web-1", w.see(cut).Do.String(),
		"whoever has deleted it, the data is kept first")
	taken(w, w.see(cut).Do)
	require.Equal(t, "web-1", deletes(w.see(cut).Do))
}

func TestAWriteThatGotNoAnswerIsSentAgain(t *testing.T) {
	all := podsOf([]storage.Claim{aClaim(4)})
	w := newWalk(t, renewing(4), all)
	retain := w.see(all).Do
	w.state = w.state.Unsure(retain)
	require.Equal(t, retain, w.see(all).Do)
	taken(w, retain)
	gone := w.see(all).Do
	w.state = w.state.Unsure(gone)
	require.Equal(t, "web-4", deletes(w.see(podsOf([]storage.Claim{aClaim(4, goingOut)})).Do), "it was taken, as the claim shows")
}

func TestHooksRunOnceForAPodAndItsClaims(t *testing.T) {
	p := renewing(4)
	p.Steps[0].Before = []plan.Hook{{Command: "drain"}}
	all := podsOf([]storage.Claim{aClaim(4)})
	w := newWalk(t, p, all)
	require.Equal(t, "drain", w.see(all).Hook.Command)
	w.state = w.state.Hooked(w.now)
	for _, want := range []string{"retain volume", "delete claim", "delete pod"} {
		d := w.see(all)
		require.Nil(t, d.Hook)
		require.Contains(t, d.Do.String(), want)
		taken(w, d.Do)
	}
}

func TestNewClaimsWaitForTheBudget(t *testing.T) {
	p := renewing(4)
	p.Steps[0].Replace.Budgets = true
	full := enginetest.Budgeted(podsOf([]storage.Claim{aClaim(4)}), ststest.Healthy(4, 4))
	w := newWalk(t, p, full)
	d := w.see(full)
	require.Nil(t, d.Do, "the claim stays as long as its pod has to")
	require.Contains(t, d.Events[len(d.Events)-1].Message, enginetest.NoRoom)
}

func TestNewClaimsWhileAnotherPodIsDown(t *testing.T) {
	down := podsOf([]storage.Claim{aClaim(4)}, with(ststest.StablePod(2, ststest.Unready)))
	require.Nil(t, newWalk(t, renewing(4), down).see(down).Do)
	p := renewing(4)
	until := p.Steps[0].Until.(plan.PodsRenewed) //nolint:errcheck // it is one
	until.Alone = true
	p.Steps[0].Until = until
	require.NotNil(t, newWalk(t, p, down).see(down).Do, "with force")
}

func TestHowFarNewClaimsAre(t *testing.T) {
	c := plan.PodsRenewed{Claims: []plan.Renewal{renewal(4), renewal(3)}}
	recreated := with(ststest.StablePod(4, ststest.Recreated))
	scaled := podsOf([]storage.Claim{aClaim(4)}, ststest.Snapshot(ststest.Set(), ststest.Pods(0, 3)))
	scaled.Set.Spec.Ordinals = scaled.Set.Spec.Ordinals.Resized(3)
	for _, test := range []struct {
		name       string
		s          sts.Snapshot
		done       bool
		good, want int
		waiting    string
	}{
		{"both are old", podsOf([]storage.Claim{aClaim(4), aClaim(3)}), false, 0, 2, ""},
		{"another pod on the old claim is none", podsOf([]storage.Claim{aClaim(4), aClaim(3, another)}, recreated), false, 1, 2, ""},
		{"one is new", podsOf([]storage.Claim{aClaim(4, another), aClaim(3)}), false, 1, 2, ""},
		{"both are new", podsOf([]storage.Claim{aClaim(4, another), aClaim(3, another)}), true, 2, 2, ""},
		{
			"the claim outlives its pod",
			podsOf([]storage.Claim{aClaim(4, goingOut), aClaim(3, another)}, ststest.Without(ststest.Settled(), 4)),
			false, 1, 2, "claim data-web-4 to go, held by finalizer kubernetes.io/pvc-protection: it stays while a pod uses the claim",
		},
		{"ordinals that the set has no more", scaled, true, 0, 0, ""},
		{"the claims are not known", ststest.Settled(), false, 0, 0, "the claims to be read"},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := c.Check(test.s, ststest.In(time.Hour))
			require.Equal(t, []any{test.done, test.good, test.want, test.waiting}, []any{p.Done, p.Good, p.Want, p.Waiting})
		})
	}
	require.Equal(t, "the pods of 2 ordinals have new claims and are Available", c.String())
	require.True(t, c.About(4))
	require.False(t, c.About(0))
}

func TestAFinalizerThatIsNobodysHoldsANewClaimUp(t *testing.T) {
	stuck := aClaim(4, func(c *storage.Claim) { c.Deleting, c.HeldBy = true, "backup.example/hold" })
	s := podsOf([]storage.Claim{stuck}, ststest.Without(ststest.Settled(), 4))
	w := inStep(t, renewing(4), s)
	d := w.at(enginetest.StepTimeout).see(s)
	require.Equal(t, engine.Halted, d.End.Result)
	require.Contains(t, d.End.Message, "claim data-web-4 to go, held by finalizer backup.example/hold")
}

func TestNoClaimOfSeveralGoesWhileAPodIsDown(t *testing.T) {
	one := podsOf([]storage.Claim{aClaim(4), aClaim(3), aClaim(2)}, with(ststest.StablePod(3, ststest.Unready)))
	handsOver := renewing(4, 3, 2)
	handsOver.Steps[0].Before = []plan.Hook{{Command: "hand over", Exec: true, Lenient: true}}
	d := newWalk(t, handsOver, one).see(one)
	require.Nil(t, d.Do, "it can't hand over, and what it has may be what no other has")
	require.Equal(t, "web-3 to be Ready again: no claim goes while it is not", d.Events[len(d.Events)-1].Message)

	parted := podsOf([]storage.Claim{aClaim(4, goingOut), aClaim(3), aClaim(2)}, with(ststest.StablePod(3, ststest.Unready)))
	require.Nil(t, newWalk(t, renewing(4, 3, 2), parted).see(parted).Do, "whose claim is on its way out waits as well")
	own := podsOf([]storage.Claim{aClaim(4), aClaim(3, goingOut), aClaim(2)}, with(ststest.StablePod(3, ststest.Unready)))
	require.NotNil(t, newWalk(t, renewing(4, 3, 2), own).see(own).Do, "its turn has begun")

	forced := renewing(4, 3, 2)
	until := forced.Steps[0].Until.(plan.PodsRenewed) //nolint:errcheck // it is one
	until.Alone = true
	forced.Steps[0].Until = until
	require.Nil(t, newWalk(t, forced, one).see(one).Do, "force is about the pods that are not replaced")
	alone := podsOf([]storage.Claim{aClaim(3)}, with(ststest.StablePod(3, ststest.Unready)))
	require.NotNil(t, newWalk(t, renewing(3), alone).see(alone).Do, "alone it may be as it likes")
}

func TestAPodThatItsCommandsHaveTakenOutOfServiceGoesOn(t *testing.T) {
	p := renewing(4, 3)
	p.Steps[0].Before = []plan.Hook{{Command: "drain", Exec: true, Lenient: true}}
	all := podsOf([]storage.Claim{aClaim(4), aClaim(3)})
	w := newWalk(t, p, all)
	require.Equal(t, "drain", w.see(all).Hook.Command)
	w.state = w.state.Hooked(w.now)
	drained := podsOf([]storage.Claim{aClaim(4), aClaim(3)}, with(ststest.StablePod(4, ststest.Unready)))
	require.Equal(t, "retain volume pv-data-web-4 of claim data-web-4", w.see(drained).Do.String())
}

func TestANewPodIsNotTakenForTheOldOneWhileItsClaimIsSeenLate(t *testing.T) {
	all := podsOf([]storage.Claim{aClaim(4), aClaim(3)})
	w := newWalk(t, renewing(4, 3), all)
	for range 3 { // its volume, its claim, itself
		taken(w, w.see(all).Do)
	}
	for _, late := range []func(*podObject){ststest.Recreated, ststest.Unready} {
		s := podsOf([]storage.Claim{aClaim(4, goingOut), aClaim(3)}, with(ststest.StablePod(4, ststest.Recreated, late)))
		require.Nil(t, w.see(s).Do)
	}
}

func TestAClaimThatGoesFromUnderItsPod(t *testing.T) {
	gone := podsOf([]storage.Claim{aClaim(3, another)})
	w := newWalk(t, renewing(4, 3), gone)
	require.Equal(t, "web-4", deletes(w.see(gone).Do), "the pod runs on with the volume of before")
	taken(w, plan.DeletePod{Name: "web-4", UID: "web-4-uid"})
	back := podsOf([]storage.Claim{aClaim(3, another)}, with(ststest.StablePod(4, ststest.Recreated)))
	require.Nil(t, w.see(back).Do, "the watch lags behind")
	require.Nil(t, w.see(back).End)
	both := podsOf([]storage.Claim{aClaim(4, another), aClaim(3, another)}, with(ststest.StablePod(4, ststest.Recreated)))
	require.Equal(t, engine.Done, w.see(both).End.Result)
}

func TestAPodThatCantBeMadeWhileItsClaimStaysIsInTrouble(t *testing.T) {
	away := ststest.Without(ststest.Settled(), 4)
	away.FailedCreates = map[string]sts.FailedCreate{"web-4": {At: ststest.Start, Message: "exceeded quota"}}
	s := podsOf([]storage.Claim{aClaim(4)}, away)
	s.FailedCreates = away.FailedCreates
	p := plan.PodsRenewed{Claims: []plan.Renewal{renewal(4)}}.Check(s, ststest.Start)
	require.Empty(t, p.Waiting, "nobody has deleted it")
	require.Equal(t, "exceeded quota", p.Pods[4].Trouble.Message)
}

func TestAClaimThatIsBoundAfterThePlanKeepsItsVolume(t *testing.T) {
	p := renewing(4)
	unbound := p.Steps[0].Replace.Claims[0]
	unbound.Volume, unbound.Receipt = "", false
	p.Steps[0].Replace.Claims[0] = unbound
	p.Steps[0].Until = plan.PodsRenewed{Claims: []plan.Renewal{unbound}}
	before := podsOf([]storage.Claim{aClaim(4, func(c *storage.Claim) { c.Volume = "" })})
	require.Equal(t, "delete claim data-web-4: so that web-4 gets a new one", newWalk(t, p, before).see(before).Do.String())
	bound := podsOf([]storage.Claim{aClaim(4)})
	end := newWalk(t, p, bound).see(bound).End
	require.Equal(t, engine.Drifted, end.Result)
	require.Equal(t, "claim data-web-4 was bound to volume pv-data-web-4 after this was planned", end.Message)
}

func TestAPodThatHasJustBecomeNotReadyIsNotTakenForABrokenOne(t *testing.T) {
	down := podsOf([]storage.Claim{aClaim(3)}, with(ststest.StablePod(3, ststest.Unready)))
	down.Pods[3].UnreadySince = ststest.Start
	p := renewing(3)
	w := newWalk(t, p, down)
	d := w.see(down)
	require.Nil(t, d.Do, "its commands would be left out")
	require.Equal(t, ststest.In(p.Patience), d.WakeAt)
	require.Equal(t, "retain volume pv-data-web-3 of claim data-web-3", w.at(p.Patience).see(down).Do.String())
}

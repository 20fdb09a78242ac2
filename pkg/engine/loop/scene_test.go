package loop_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine/enginetest"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/plan"
	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/evidence"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// witness tells the same of every pod, and keeps whom it was asked about.
type witness struct {
	tells *evidence.Evidence
	asked []string
}

func (w *witness) Evidence(_ context.Context, pod, container string) *evidence.Evidence {
	w.asked = append(w.asked, pod+"/"+container)
	return w.tells
}

// witnessed is a run on a stage with a witness.
func witnessed(t *testing.T, w *witness, p plan.Plan, first sts.Snapshot, play func(*testing.T, *stage)) {
	t.Helper()
	onStageAs(t, p, first, play, func(t *testing.T) *stage {
		s := newStage(t)
		s.witness = w
		return s
	})
}

func TestAHaltTellsWhatIsKnown(t *testing.T) {
	w := &witness{tells: &evidence.Evidence{Container: "nginx", Log: []string{"FATAL"}, Previous: true}}
	bad := ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, ststest.Waiting("InvalidImageName", "NGINX")))
	witnessed(t, w, enginetest.OneStep(), bad, func(t *testing.T, s *stage) {
		o := s.ends()
		require.Equal(t, []string{"web-4/nginx"}, w.asked)
		require.Equal(t, w.tells, o.Evidence)
		require.Equal(t, "nginx:1.21 -> nginx:1.22", podtemplate.ImageLine(o.Images))
		require.Equal(t, "4 of 5 pods Available: web-0 … web-3 on nginx:1.21", o.Safe)
		require.Equal(t, hinttest.List(
			"roll back: kubectl sts abort web",
			"see the whole log: kubectl logs web-4 -c nginx --previous",
			"look closer: kubectl describe pod web-4",
			"*try again: kubectl sts canary web --retry",
		), o.Try, "the way back first, another try last")
	})
}

// Of several sets of all namespaces each has commands of its own.
func TestWhatHelpsIsAboutTheNamespaceOfTheSet(t *testing.T) {
	w := &witness{tells: &evidence.Evidence{Container: "nginx"}}
	bad := ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, ststest.Waiting("InvalidImageName", "NGINX")))
	newOne := func(t *testing.T) *stage {
		s := newStage(t)
		s.witness, s.inside = w, "shop"
		return s
	}
	onStageAs(t, enginetest.OneStep(), bad, func(t *testing.T, s *stage) {
		require.Equal(t, []string{
			"roll back: kubectl sts -n shop abort web",
			"look closer: kubectl -n shop describe pod web-4",
			"try again: kubectl sts -n shop canary web --retry",
		}, hint.Caller{}.In("prod").RenderAll(s.ends().Try))
	}, newOne)
}

func TestAHaltWithoutAnyEvidenceOffersNoMore(t *testing.T) {
	w := &witness{}
	bad := ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, ststest.Waiting("InvalidImageName", "NGINX")))
	witnessed(t, w, enginetest.OneStep(), bad, func(t *testing.T, s *stage) {
		o := s.ends()
		require.Nil(t, o.Evidence)
		require.Equal(t, enginetest.ToRetry, o.Try)
	})
}

func TestNobodyIsAskedWhereNothingHalted(t *testing.T) {
	w := &witness{}
	witnessed(t, w, enginetest.OneStep(), ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4)), func(t *testing.T, s *stage) {
		o := s.ends()
		require.Equal(t, engine.Done, o.Result)
		require.Empty(t, w.asked)
		require.Empty(t, o.Safe)
		require.Empty(t, o.Images)
	})
}

func TestThePlansOwnImagesAreTold(t *testing.T) {
	p := enginetest.OneStep()
	p.Images = []podtemplate.ImageChange{{Container: "nginx", From: "nginx:1.22", To: "nginx:1.21"}}
	bad := ststest.Opened(ststest.Canary(), ststest.UpdatedPod(4, ststest.Waiting("InvalidImageName", "NGINX")))
	witnessed(t, &witness{}, p, bad, func(t *testing.T, s *stage) { require.Equal(t, p.Images, s.ends().Images) })
}

func TestNothingIsSafeWhereNoPodIsAvailable(t *testing.T) {
	bad := ststest.Snapshot(ststest.Canary(), ststest.Pods(0, 5, ststest.Waiting("InvalidImageName", "NGINX")))
	witnessed(t, &witness{}, enginetest.OneStep(), bad, func(t *testing.T, s *stage) {
		require.Equal(t, "no pod is Available", s.ends().Safe)
	})
}

func TestWhatShowsMoreStandsBeforeAnotherTry(t *testing.T) {
	e := &evidence.Evidence{Container: "app"}
	look, back := hint.Kube("look closer", "describe", "pod", "web-4"), hint.Plugin("roll back", "abort", "web")
	resume := hint.Hint{Words: "resume", Kind: hint.Sts, Verb: "canary", Again: true}
	require.Equal(t, []hint.Hint{look}, engine.SeeMore(nil, "web-4", e))
	require.Equal(t, []hint.Hint{back, look, resume}, engine.SeeMore([]hint.Hint{back, resume}, "web-4", e))
	require.Equal(t, []hint.Hint{resume, back, look}, engine.SeeMore([]hint.Hint{resume, back}, "web-4", e))
	require.Equal(t, []hint.Hint{look, back}, engine.SeeMore([]hint.Hint{look, back}, "web-4", e), "it is there already")
}

package sts_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

func images(pairs ...string) []podtemplate.ContainerImage {
	var out []podtemplate.ContainerImage
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, podtemplate.ContainerImage{Container: pairs[i], Image: pairs[i+1]})
	}
	return out
}

func TestTheImageThatTellsRevisionsApart(t *testing.T) {
	s := ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22")), ststest.Pods(0, 5))
	require.Equal(t, []podtemplate.ImageChange{{Container: "nginx", From: "nginx:1.21", To: "nginx:1.22", Alone: true}},
		s.RolloutImages(ststest.Stable, ststest.Update))
	focus := s.Focus(ststest.Stable, ststest.Update)
	require.Equal(t, "nginx:1.21", focus.Words(images("nginx", "nginx:1.21")))
	require.Equal(t, "nginx:1.22", focus.Words(images("injected", "mesh:1", "nginx", "nginx:1.22")), "only those that differ")
	require.Equal(t, "mesh:1", focus.Words(images("injected", "mesh:1")), "a pod that has none of them")
	require.Empty(t, focus.Words(nil))

	settled := s.Focus(ststest.Stable, ststest.Stable)
	require.Equal(t, "nginx:1.21 +2", settled.Words(images("nginx", "nginx:1.21", "log", "log:1", "mesh", "mesh:1")))
	initial := podtemplate.ContainerImage{Container: "i", Image: "i", Init: true}
	require.Equal(t, "nginx:1.21", settled.Words(append(images("nginx", "nginx:1.21"), initial)))
}

// A revision whose text is no template tells nothing, and hides nothing either.
func TestImagesOfARevisionThatCanNotBeRead(t *testing.T) {
	bad := ststest.ControllerRevision(ststest.Update, "nginx:1.22", 2)
	bad.Data.Raw = []byte(`{"spec":`)
	s := sts.Observe(workload.FromApps(ststest.Set(ststest.Updating("nginx:1.23"))), nil, []*appsv1.ControllerRevision{bad}, nil)
	require.Equal(t, images("nginx", "nginx:1.23"), s.RevisionImages(ststest.Update), "the set has the same template")
	require.Nil(t, s.RevisionImages("web-other"))
}

package sts_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

func images(pairs ...string) []sts.ContainerImage {
	var out []sts.ContainerImage
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, sts.ContainerImage{Container: pairs[i], Image: pairs[i+1]})
	}
	return out
}

func TestImageChanges(t *testing.T) {
	tests := []struct {
		name     string
		from, to []sts.ContainerImage
		want     string
	}{
		{"one container", images("app", "app:1"), images("app", "app:2"), "app:1 -> app:2"},
		{"one that stays", images("app", "app:1"), images("app", "app:1"), "app:1"},
		{
			"the one of several that differs", images("app", "app:1", "log", "log:1"), images("app", "app:1", "log", "log:2"),
			"log: log:1 -> log:2",
		},
		{
			"several", images("app", "app:1", "log", "log:1"), images("app", "app:2", "log", "log:2"),
			"app: app:1 -> app:2, log: log:1 -> log:2",
		},
		{"none of several", images("app", "app:1", "log", "log:1"), images("app", "app:1", "log", "log:1"), "app: app:1"},
		{"a new one", images("app", "app:1"), images("app", "app:1", "log", "log:1"), "log: log:1 (new container)"},
		{"one that goes", images("app", "app:1", "log", "log:1"), images("app", "app:1"), "log: log:1 (container removed)"},
		{"nobody knows", nil, nil, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) { require.Equal(t, tt.want, sts.ImageLine(sts.ImageChanges(tt.from, tt.to))) })
	}
}

func TestTheImageThatTellsRevisionsApart(t *testing.T) {
	s := ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.22")), ststest.Pods(0, 5))
	require.Equal(t, []sts.ImageChange{{Container: "nginx", From: "nginx:1.21", To: "nginx:1.22", Alone: true}},
		s.RolloutImages(ststest.Stable, ststest.Update))
	focus := s.Focus(ststest.Stable, ststest.Update)
	require.Equal(t, "nginx:1.21", focus.Words(images("nginx", "nginx:1.21")))
	require.Equal(t, "nginx:1.22", focus.Words(images("injected", "mesh:1", "nginx", "nginx:1.22")), "only those that differ")
	require.Equal(t, "mesh:1", focus.Words(images("injected", "mesh:1")), "a pod that has none of them")
	require.Empty(t, focus.Words(nil))

	settled := s.Focus(ststest.Stable, ststest.Stable)
	require.Equal(t, "nginx:1.21 +2", settled.Words(images("nginx", "nginx:1.21", "log", "log:1", "mesh", "mesh:1")))
	initial := sts.ContainerImage{Container: "i", Image: "i", Init: true}
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

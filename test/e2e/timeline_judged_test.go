package e2e

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"
)

// The proofs must be able to fail.
func TestATimelineIsJudged(t *testing.T) {
	set := func(version uint64, partition int) moment {
		return moment{version: version, there: version == 1, set: &appsv1.StatefulSet{
			Spec: appsv1.StatefulSetSpec{UpdateStrategy: appsv1.StatefulSetUpdateStrategy{
				RollingUpdate: &appsv1.RollingUpdateStatefulSetStrategy{Partition: ptr.To(int32(partition))},
			}},
			Status: appsv1.StatefulSetStatus{CurrentRevision: "web-1"},
		}}
	}
	pod := func(version uint64, ordinal int, uid, revision string) moment {
		return moment{version: version, there: version == 1, pod: &corev1.Pod{ObjectMeta: metav1.ObjectMeta{
			Name: fmt.Sprintf("web-%d", ordinal), UID: types.UID(uid),
			Labels: map[string]string{appsv1.StatefulSetRevisionLabel: revision},
		}}}
	}
	leaving := func(m moment) moment {
		m.pod.DeletionTimestamp = &metav1.Time{}
		return m
	}
	gone := func(m moment) moment {
		m.gone = true
		return m
	}
	shifted := func(m moment, start int32) moment {
		m.set.Spec.Ordinals = &appsv1.StatefulSetOrdinals{Start: start}
		return m
	}
	tests := []struct {
		name       string
		in         timeline
		partitions []int
		touched    []string
		breaches   int
	}{
		{
			name: "nothing happens",
			in:   timeline{set(1, 0), pod(1, 0, "a", "web-1"), pod(1, 1, "b", "web-1")},
		},
		{
			name: "a pod is replaced after the gate was opened for it",
			in: timeline{
				set(1, 0), pod(1, 0, "a", "web-1"), pod(1, 1, "b", "web-1"), set(2, 2), set(3, 2), set(4, 1),
				leaving(pod(5, 1, "b", "web-1")), gone(pod(6, 1, "b", "web-1")), pod(7, 1, "c", "web-2"), pod(8, 1, "c", "web-2"),
			},
			partitions: []int{2, 1},
			touched:    []string{"web-1"},
		},
		{
			name:     "a stable pod below the gate is deleted",
			in:       timeline{set(1, 1), pod(1, 0, "a", "web-1"), leaving(pod(2, 0, "a", "web-1")), gone(pod(3, 0, "a", "web-1"))},
			touched:  []string{"web-0"},
			breaches: 1,
		},
		{
			name:     "a stable pod below the gate is gone at once",
			in:       timeline{set(1, 1), pod(1, 0, "a", "web-1"), gone(pod(2, 0, "a", "web-1"))},
			touched:  []string{"web-0"},
			breaches: 1,
		},
		{
			name:       "a pod is deleted just before its gate opens",
			in:         timeline{set(1, 1), pod(1, 0, "a", "web-1"), set(3, 0), leaving(pod(2, 0, "a", "web-1"))},
			partitions: []int{0},
			touched:    []string{"web-0"},
			breaches:   1,
		},
		{
			name:     "a pod below the gate is made at the new revision",
			in:       timeline{set(1, 1), pod(2, 0, "a", "web-2")},
			breaches: 1,
		},
		{
			name: "the gate counts from the first ordinal",
			in: timeline{
				shifted(set(1, 1), 5), pod(1, 5, "a", "web-1"), pod(1, 6, "b", "web-1"),
				leaving(pod(2, 6, "b", "web-1")), leaving(pod(3, 5, "a", "web-1")),
			},
			touched:  []string{"web-6", "web-5"},
			breaches: 1,
		},
		{
			name: "a canary pod goes back after the gate was closed again",
			in: timeline{
				set(1, 0), pod(1, 0, "a", "web-2"), set(2, 1),
				leaving(pod(3, 0, "a", "web-2")), gone(pod(4, 0, "a", "web-2")), pod(5, 0, "b", "web-1"),
			},
			partitions: []int{1},
			touched:    []string{"web-0"},
		},
		{
			name: "a pod is replaced twice",
			in: timeline{
				set(1, 0), pod(1, 0, "a", "web-1"), gone(pod(2, 0, "a", "web-1")), pod(3, 0, "b", "web-2"),
				gone(pod(4, 0, "b", "web-2")), pod(5, 0, "c", "web-1"),
			},
			touched: []string{"web-0", "web-0"},
		},
		{
			name: "a pod was on its way out before",
			in:   timeline{set(1, 1), leaving(pod(1, 0, "a", "web-1")), gone(pod(2, 0, "a", "web-1"))},
		},
		{
			name: "a pod that is on its way out anyway when the gate closes",
			in: timeline{
				set(1, 0), pod(1, 0, "a", "web-1"), leaving(pod(2, 0, "a", "web-1")), set(3, 1), gone(pod(4, 0, "a", "web-1")),
			},
			partitions: []int{1},
			touched:    []string{"web-0"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.sort()
			require.Equal(t, tt.partitions, tt.in.partitions())
			require.Equal(t, tt.touched, tt.in.touched())
			require.Len(t, tt.in.breaches(), tt.breaches)
		})
	}
}

func TestATimelineShowsWhetherPodsWereDeletedOneAtATime(t *testing.T) {
	set := moment{version: 1, there: true, set: &appsv1.StatefulSet{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec:       appsv1.StatefulSetSpec{Replicas: ptr.To(int32(2))},
	}}
	pod := func(version uint64, ordinal int, uid string, ready corev1.ConditionStatus) moment {
		return moment{version: version, there: version == 1, pod: &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("web-%d", ordinal), UID: types.UID(uid)},
			Status:     corev1.PodStatus{Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: ready}}},
		}}
	}
	leaving := func(m moment) moment {
		m.pod.DeletionTimestamp = &metav1.Time{}
		return m
	}
	gone := func(m moment) moment {
		m.gone = true
		return m
	}
	tests := []struct {
		name string
		then timeline
		want []string
	}{
		{name: "nothing happens"},
		{
			name: "each pod is Ready before the next goes",
			then: timeline{
				leaving(pod(2, 1, "b", "True")), gone(pod(3, 1, "b", "True")), pod(4, 1, "c", "False"), pod(5, 1, "c", "True"),
				leaving(pod(6, 0, "a", "True")),
			},
		},
		{
			name: "the next goes while the one before is on its way out",
			then: timeline{leaving(pod(2, 1, "b", "True")), leaving(pod(3, 0, "a", "True"))},
			want: []string{"web-0 was deleted at version 3, when web-1 was not Ready"},
		},
		{
			name: "the next is gone at once while the one before is gone",
			then: timeline{gone(pod(2, 1, "b", "True")), gone(pod(3, 0, "a", "True"))},
			want: []string{"web-0 was deleted at version 3, when web-1 was not Ready"},
		},
		{
			name: "the next goes while the one before is not Ready yet",
			then: timeline{gone(pod(2, 1, "b", "True")), pod(3, 1, "c", "False"), leaving(pod(4, 0, "a", "True"))},
			want: []string{"web-0 was deleted at version 4, when web-1 was not Ready"},
		},
		{
			name: "a pod that is not Ready may go beside another",
			then: timeline{
				pod(2, 1, "b", "False"), pod(3, 0, "a", "False"), leaving(pod(4, 1, "b", "False")), gone(pod(5, 0, "a", "False")),
			},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			all := append(timeline{set, pod(1, 0, "a", "True"), pod(1, 1, "b", "True")}, tt.then...)
			require.Equal(t, tt.want, all.crowded())
		})
	}
}

package e2e

import (
	"fmt"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// replicas are those that the set was given.
func (t timeline) replicas() []int {
	return t.given(wantedOrdinals)
}

// crowds are the moments in which a pod was made or began to go while another
// was not Ready, or had not gone yet.
func (t timeline) crowds() []string {
	var out []string
	pods := map[types.UID]moment{}
	for _, m := range t {
		if m.pod == nil {
			continue
		}
		before, known := pods[m.pod.UID]
		begins := !m.there && (!known || m.leaves() && !before.leaves())
		for uid, other := range pods {
			if begins && uid != m.pod.UID && (other.leaves() || !isReady(other.pod)) {
				out = append(out, fmt.Sprintf("%s came or went at version %d, while %s was not Ready",
					m.pod.Name, m.version, other.pod.Name))
			}
		}
		if m.gone {
			delete(pods, m.pod.UID)
		} else {
			pods[m.pod.UID] = m
		}
	}
	return out
}

// cmdReplicas checks the replicas that the set was given since the record
// began, in order.
//
//	replicas NUMBER...
func cmdReplicas(ts *testscript.TestScript, w *world, args []string) {
	got := strings.Trim(fmt.Sprint(recorded(ts, w).replicas()), "[]")
	if want := strings.Join(args, " "); got != want {
		ts.Fatalf("the set was given the replicas %q, want %q\n%s", got, want, w.state())
	}
}

// cmdInTurn proves that since the record began no pod was made, and none
// deleted, while another was not Ready or not gone yet.
//
//	inturn
func cmdInTurn(ts *testscript.TestScript, w *world, args []string) {
	if len(args) > 0 {
		ts.Fatalf("usage: inturn")
	}
	if crowds := recorded(ts, w).crowds(); len(crowds) > 0 {
		ts.Fatalf("%s\n%s", strings.Join(crowds, "\n"), w.state())
	}
}

// The proofs must be able to fail.
func TestReplicasAndCrowdsAreJudged(t *testing.T) {
	set := func(version uint64, n int32) moment {
		return moment{version: version, there: version == 1, set: &appsv1.StatefulSet{Spec: appsv1.StatefulSetSpec{Replicas: &n}}}
	}
	pod := func(version uint64, uid string, ready corev1.ConditionStatus) moment {
		return moment{version: version, there: version == 1, pod: &corev1.Pod{
			ObjectMeta: metav1.ObjectMeta{Name: "web-" + uid, UID: types.UID(uid)},
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
	const yes, no = corev1.ConditionTrue, corev1.ConditionFalse
	tests := []struct {
		name     string
		in       timeline
		replicas []int
		crowds   int
	}{
		{name: "nothing happens", in: timeline{set(1, 3), pod(1, "a", yes), pod(1, "b", no)}},
		{
			name: "one goes after the other",
			in: timeline{
				set(1, 3), pod(1, "a", yes), pod(1, "b", yes), set(2, 2), leaving(pod(3, "b", yes)), gone(pod(4, "b", no)), set(5, 1),
				leaving(pod(6, "a", yes)),
			},
			replicas: []int{2, 1},
		},
		{
			name: "one goes before the other has gone",
			in: timeline{
				set(1, 3), pod(1, "a", yes), pod(1, "b", yes), set(2, 1), leaving(pod(3, "b", yes)), leaving(pod(4, "a", yes)),
			},
			replicas: []int{1}, crowds: 1,
		},
		{
			name:   "one is gone at once while another is not Ready",
			in:     timeline{pod(1, "a", no), pod(1, "b", yes), gone(pod(2, "b", yes))},
			crowds: 1,
		},
		{
			name: "one comes after the other is Ready",
			in:   timeline{pod(1, "a", yes), pod(2, "b", no), pod(3, "b", yes), pod(4, "c", no)},
		},
		{
			name:   "one comes before the other is Ready",
			in:     timeline{pod(1, "a", yes), pod(2, "b", no), pod(3, "c", no)},
			crowds: 1,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.in.sort()
			require.Equal(t, tt.replicas, tt.in.replicas())
			require.Len(t, tt.in.crowds(), tt.crowds)
		})
	}
}

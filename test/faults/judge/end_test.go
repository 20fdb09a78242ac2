package judge

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/test/faults/schedule"
	"github.com/kubectl-sts/kubectl-sts/test/witness"
)

// One more command is needed where somebody else has set a template that does not run.
func TestOneCommandEndsWhatIsLeft(t *testing.T) {
	way := func(code int) Run {
		return Run{Act: schedule.Act{Args: []string{"abort", "web"}}, Why: WayOut, Code: code}
	}
	for _, tt := range []struct {
		name   string
		ways   []Run
		edit   string
		breach bool
	}{
		{"none", nil, "", false},
		{"one", []Run{way(0)}, "", false},
		{"one that fails", []Run{way(4)}, "", true},
		{"two", []Run{way(0), way(0)}, "", true},
		{"two after a template that runs", []Run{way(0), way(0)}, "app:v9", true},
		{"two after a template that does not run", []Run{way(0), way(0)}, "app:bad-9", false},
		{"three after a template that does not run", []Run{way(0), way(0), way(0)}, "app:bad-9", true},
		{"two after a template that waits for deletions", []Run{way(0), way(0)}, "app:v9 OnDelete", false},
		{"two of which one was disturbed", []Run{{Act: way(0).Act, Why: WayOut, Code: 1, Disturbed: true}, way(0)}, "", false},
	} {
		s := began()
		s.Schedule.Sets = []schedule.Set{{Name: "web", Replicas: 3}}
		image, strategy, _ := strings.Cut(tt.edit, " ")
		if image != "" {
			s.Edits = []Edit{{Edit: schedule.Edit{Does: schedule.Template, Set: "web", Text: image}}}
		}
		s.Moments[0].Set.Spec.UpdateStrategy.Type = appsv1.StatefulSetUpdateStrategyType(strategy)
		for i := range tt.ways {
			tt.ways[i].From = s.Began
		}
		s.Runs = tt.ways
		got := wayOut(&s.Evidence)
		require.Equal(t, tt.breach, len(got) > 0, "%s: %v", tt.name, got)
	}
}

// A claim that another set's pod holds keeps a pod from coming back, and no command of one
// set ends that. Without a pod that holds it, it goes by itself.
func TestAClaimOfTwoSetsThatIsOnItsWayOut(t *testing.T) {
	for _, held := range []bool{true, false} {
		w := newWorld()
		set := &appsv1.StatefulSet{ObjectMeta: metav1.ObjectMeta{Name: "web-x"}}
		set.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{{ObjectMeta: metav1.ObjectMeta{Name: "data"}}}
		w.apply(witness.Moment{Set: set})
		w.apply(witness.Moment{Claim: &corev1.PersistentVolumeClaim{
			ObjectMeta: metav1.ObjectMeta{Name: "data-web-x-0", DeletionTimestamp: &metav1.Time{}},
		}})
		if held {
			other := pod(0, "x", "1", corev1.ConditionTrue)
			other.Name = "x-0"
			other.Spec.Volumes = []corev1.Volume{{VolumeSource: corev1.VolumeSource{
				PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: "data-web-x-0"},
			}}}
			w.apply(witness.Moment{Pod: other})
		}
		require.Equal(t, held, w.entangled("web-x"))
	}
}

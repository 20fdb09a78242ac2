package status_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/utils/ptr"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint/hinttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation/operationtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/answer"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/status"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/storage"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
)

// statusOf is the status of a set, settled unless a change says otherwise.
func statusOf(s sts.Snapshot, changes ...func(*report.Status)) report.Status {
	st := report.Status{
		Snapshot: s,
		Ops:      operation.Find(s),
		Verdict:  verdict.Verdict{Result: engine.Done, Message: "settled: all 5 pods are updated and Available"},
		Now:      ststest.Start,
	}
	for _, change := range changes {
		change(&st)
	}
	return st
}

func settled() report.Status { return statusOf(ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5))) }

// withClaims is a set whose claims are being resized.
func withClaims() report.Status {
	s := ststest.Snapshot(ststest.Set(ststest.Replicas(3), func(set *appsv1.StatefulSet) {
		set.Spec.VolumeClaimTemplates = []corev1.PersistentVolumeClaim{{ObjectMeta: metav1.ObjectMeta{Name: "data"}}}
		set.Spec.VolumeClaimTemplates[0].Spec.Resources.Requests = corev1.ResourceList{corev1.ResourceStorage: resource.MustParse("1Gi")}
	}), ststest.Pods(0, 3))
	claim := func(o int, size string, resize *storage.Resize) storage.Claim {
		name := fmt.Sprintf("data-web-%d", o)
		return storage.Claim{Namespace: "default", Name: name, Size: size, Phase: corev1.ClaimBound, Resize: resize}
	}
	return statusOf(s.WithClaims([]storage.Claim{
		claim(0, "1Gi", nil), claim(1, "1Gi", &storage.Resize{Request: "2Gi", FileSystemPending: true}),
		claim(2, "1Gi", &storage.Resize{Request: "9Gi", Error: "ControllerResizeError", Message: "no\x1b[31m room"}), claim(7, "1Gi", nil),
	}))
}

// doing is what is in progress, nothing where there is no record.
func doing(record *operation.Rollout) operation.Found {
	if record == nil {
		return operation.Found{}
	}
	return operation.Found{Records: []operation.Record{record}}
}

func rolloutOf(st *report.Status) *operation.Rollout {
	r, _ := st.Ops.First().(*operation.Rollout)
	return r
}

// inCanary is a canary of two steps, in its first, for ten minutes.
func inCanary(st *report.Status) {
	st.Ops = doing(&operation.Rollout{
		Version: 1, Run: "r", Started: ststest.Start.Add(-10 * time.Minute), Stable: ststest.Stable, OwnTemplate: true,
		Steps: operationtest.Steps("1", "100%"), Soak: metav1.Duration{Duration: 30 * time.Second},
	})
	st.Verdict = verdict.Verdict{
		Result: engine.Held, Message: "held: a canary is in progress",
		Try: hinttest.List("the next step: kubectl sts promote web", reporttest.RollBack),
	}
}

// inUndo is an undo of the stable revision, in one go.
func inUndo(st *report.Status) {
	inCanary(st)
	rolloutOf(st).Verb, rolloutOf(st).Target, rolloutOf(st).Steps = operation.VerbUndo, ststest.Update, operation.AllAtOnce()
	st.Verdict = verdict.Verdict{
		Result: engine.Held, Message: "held: an undo is in progress", Try: hinttest.List("resume: kubectl sts undo web"),
	}
}

func halted(message string, try ...string) func(*report.Status) {
	return func(st *report.Status) {
		st.Verdict = verdict.Verdict{Result: engine.Halted, Message: message, Try: hinttest.List(try...)}
	}
}

func heldBack(message string) func(*report.Status) {
	return func(st *report.Status) { st.Verdict = verdict.Verdict{Result: engine.Held, Message: message} }
}

// halfOpen is that set with its first pod updated.
func halfOpen() sts.Snapshot {
	return ststest.Snapshot(reporttest.Opened(), ststest.Pods(0, 4), ststest.Pods(4, 5, ststest.Revision(ststest.Update)))
}

// troubled is a canary whose first pod can't pull its image.
func troubled() report.Status {
	bad := ststest.Pod(4, ststest.Revision(ststest.Update), ststest.Waiting("ImagePullBackOff", `Back-off pulling image "nginx:1.22"`),
		func(pod *corev1.Pod) { pod.CreationTimestamp = metav1.NewTime(ststest.Start.Add(-95 * time.Second)) })
	return statusOf(ststest.Snapshot(reporttest.Opened(), ststest.Pods(0, 4), []*corev1.Pod{bad}), inCanary,
		halted(`trouble: web-4: nginx: ImagePullBackOff: Back-off pulling image "nginx:1.22"`, reporttest.Resume, reporttest.RollBack))
}

// scaling is a scale that was cut short.
func scaling() report.Status {
	set := ststest.Set(ststest.Annotated(note.ScaleAnnotation, `{"version":1,"from":6,"to":2,"whenScaled":"Delete",`+
		`"claims":{"data-web-5":{"uid":"5"},"data-web-4\u001b[31m":{"uid":"4","retainVolume":true}}}`))
	return statusOf(ststest.Snapshot(set, ststest.Pods(0, 5)), heldBack("held: a scale from 6 to 2 is not over"))
}

// gateOpened is a canary whose gate somebody else has opened, with the verdict that
// it really gets.
func gateOpened() report.Status {
	r := record(hour)
	r.Gate = ptr.To(4)
	return judged("data", "redis", r, ststest.Set(updating, partitioned(0, 2*time.Minute)), fresh(0, 5))
}

var statuses = map[string]func() report.Status{
	"settled":             settled,
	"canary-with-trouble": troubled,
	"canary-held": func() report.Status {
		return statusOf(halfOpen(), inCanary)
	},
	"canary-measured": func() report.Status {
		return statusOf(halfOpen(), inCanary, func(st *report.Status) {
			rolloutOf(st).Checks = []check.Check{{Name: "p99"}, {Name: "exec"}}
			rolloutOf(st).Hooks = []string{"before-exec", "preset=redis"}
		})
	},
	"canary-closed": func() report.Status {
		set := ststest.Set(ststest.Updating("nginx:1.22"), ststest.Partition(5))
		return statusOf(ststest.Snapshot(set, ststest.Pods(0, 5)), inCanary)
	},
	"canary-aborting": func() report.Status {
		return statusOf(halfOpen(), inCanary,
			func(st *report.Status) { rolloutOf(st).Aborting = true })
	},
	"undo-half-way": func() report.Status {
		back := ststest.Pods(3, 5, ststest.Revision(ststest.Update))
		return statusOf(ststest.Snapshot(ststest.Set(ststest.Updating("nginx:1.20")), ststest.Pods(0, 3), back), inUndo)
	},
	"undo-of-pods-alone": func() report.Status {
		left := ststest.Pods(4, 5, ststest.Revision("web-bad"))
		return statusOf(ststest.Snapshot(ststest.Set(), ststest.Pods(0, 4), left), inUndo)
	},
	"restart-of-pods": func() report.Status {
		return statusOf(ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5)), inUndo, func(st *report.Status) {
			rolloutOf(st).Verb, rolloutOf(st).Pods = operation.VerbRestart, map[int]types.UID{4: "another"}
			st.Verdict.Message, st.Verdict.Try = "held: a restart is in progress", hinttest.List("resume: kubectl sts restart web")
		})
	},
	"replace-of-claims": func() report.Status {
		return statusOf(ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5)), inUndo, func(st *report.Status) {
			rollout := rolloutOf(st)
			rollout.Verb, rollout.Pods = operation.VerbReplace, map[int]types.UID{4: "another"}
			rollout.Claims = map[string]types.UID{"data-web-4": "another"}
			st.Verdict.Message, st.Verdict.Try = "held: a replace is in progress", hinttest.List("resume: kubectl sts replace web")
		})
	},
	"missing-pod": func() report.Status {
		s := ststest.Snapshot(ststest.Set(), ststest.Pods(0, 4))
		s.FailedCreates = map[string]sts.FailedCreate{"web-4": {Message: "pods \"web-4\" is forbidden: exceeded quota"}}
		return statusOf(s, halted(`trouble: web-4: FailedCreate: pods "web-4" is forbidden: exceeded quota`))
	},
	"held-by-a-partition": func() report.Status {
		return statusOf(halfOpen(),
			heldBack("held: partition 4 keeps 4 of 5 pods on the old revision"))
	},
	"on-delete-parallel-with-minReadySeconds": func() report.Status {
		set := ststest.Set(ststest.Updating("nginx:1.22"), func(set *appsv1.StatefulSet) {
			set.Spec.UpdateStrategy = appsv1.StatefulSetUpdateStrategy{Type: appsv1.OnDeleteStatefulSetStrategyType}
			set.Spec.PodManagementPolicy = appsv1.ParallelPodManagement
			set.Spec.MinReadySeconds = 20
		})
		fresh := ststest.Pods(3, 4, ststest.Revision(ststest.Update), ststest.ReadySince(ststest.Start.Add(-10*time.Second)))
		third := ststest.Pods(4, 5, ststest.Revision("web-third"), ststest.Restarted(7))
		return statusOf(ststest.Snapshot(set, ststest.Pods(0, 3), fresh, third), heldBack("held: strategy OnDelete"))
	},
	"scaling-down": func() report.Status {
		return statusOf(ststest.Snapshot(ststest.Set(), ststest.Pods(0, 5), ststest.Pods(5, 7, ststest.Terminating)),
			heldBack("in progress: web-5 is being removed"))
	},
	"no-pods": func() report.Status {
		st := statusOf(ststest.Snapshot(ststest.Set(func(set *appsv1.StatefulSet) { set.Spec.Replicas = new(int32) })))
		st.Verdict.Message = "settled: all 0 pods are updated and Available"
		return st
	},
	"scale-half-way": scaling,
	"claims":         withClaims,
	"gate-opened":    gateOpened,
	"hostile":        hostile,
}

func TestStatus(t *testing.T) {
	for name, st := range statuses {
		t.Run(name, func(t *testing.T) {
			var out strings.Builder
			status.Print(&out, term.ColorNever, st())
			reporttest.Golden(t, "status-"+name, out.String())
		})
	}
}

// In an incident what helps with it comes first, and nothing else.
func TestFindingsAreNotShownUnderTrouble(t *testing.T) {
	shown := func(st report.Status) string {
		st.Findings = []string{"R3", "R6"}
		var out strings.Builder
		status.Print(&out, term.ColorNever, st)
		return out.String()
	}
	require.Contains(t, shown(settled()), "doctor: 2 findings (R3, R6): kubectl sts doctor web\n")
	require.NotContains(t, shown(troubled()), "doctor")
}

func TestStatusInColourSaysTheSame(t *testing.T) {
	for name, st := range statuses {
		t.Run(name, func(t *testing.T) {
			var plain, coloured strings.Builder
			status.Print(&plain, term.ColorNever, st())
			status.Print(&coloured, term.ColorAlways, st())
			require.Contains(t, coloured.String(), "\x1b[")
			require.Equal(t, plain.String(), reporttest.Stripped(coloured.String()))
		})
	}
}

func TestStatusAsObject(t *testing.T) {
	tests := []struct {
		Golden string
		st     report.Status
		format report.Format
	}{
		{"status-settled-json", settled(), report.JSON},
		{"status-canary-with-trouble-json", troubled(), report.JSON},
		{"status-missing-pod-json", statuses["missing-pod"](), report.JSON},
		{"status-scale-half-way-json", scaling(), report.JSON},
		{"status-replace-of-claims-json", statuses["replace-of-claims"](), report.JSON},
		{"status-gate-opened-json", gateOpened(), report.JSON},
		{"status-claims-json", withClaims(), report.JSON},
		{"status-absurd-json", absurd(), report.JSON},
		{"status-canary-with-trouble-yaml", troubled(), report.YAML},
	}
	for _, test := range tests {
		t.Run(test.Golden, func(t *testing.T) {
			var out strings.Builder
			answer.Writer{Out: &out, Color: term.ColorAlways, Format: test.format}.Status(test.st)
			reporttest.Golden(t, test.Golden, out.String())
		})
	}
}

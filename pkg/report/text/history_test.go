package text_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/history"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/answer"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/text"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

// made is a ControllerRevision of a given age, with a change-cause or "".
func made(name, image string, number int64, age time.Duration, cause string) *appsv1.ControllerRevision {
	r := ststest.ControllerRevision(name, image, number)
	r.CreationTimestamp = metav1.NewTime(ststest.Start.Add(-age))
	if cause != "" {
		metav1.SetMetaDataAnnotation(&r.ObjectMeta, "kubernetes.io/change-cause", cause)
	}
	return r
}

// past is the history of a set.
func past(set *appsv1.StatefulSet, pods []*corev1.Pod, record *operation.Rollout, revisions ...*appsv1.ControllerRevision) report.History {
	s := sts.Observe(workload.FromApps(set), pods, revisions, nil)
	limits := verdict.Limits{Patience: 30 * time.Second, Deadline: 10 * time.Minute}
	return report.History{
		Snapshot: s, Revisions: history.Of(s, record, limits, ststest.Start), Caller: hint.Caller{}.In("prod"), Now: ststest.Start,
	}
}

var pullFails = ststest.Waiting("ImagePullBackOff", `Back-off pulling image "nginx:1.22"`)

// pullingPods are those of a canary whose first can't pull its image.
func pullingPods() []*corev1.Pod {
	return append(ststest.Pods(0, 4), ststest.Pods(4, 5, pullFails, ststest.Revision(ststest.Update))...)
}

// rolledOut is a set between two revisions, after a third one.
func rolledOut(fate ...func(*corev1.Pod)) report.History {
	fate = append(fate, ststest.Revision(ststest.Update))
	return past(reporttest.Opened(), append(ststest.Pods(0, 4), ststest.Pods(4, 5, fate...)...), nil,
		made("web-old", "nginx:1.20", 1, 90*24*time.Hour, "kubectl apply"),
		made(ststest.Stable, "nginx:1.21", 2, 5*24*time.Hour, "kubectl set image statefulset/web nginx=nginx:1.21"),
		made(ststest.Update, "nginx:1.22", 3, 4*time.Minute, ""))
}

var histories = map[string]func() report.History{
	"settled": func() report.History {
		return past(ststest.Set(), ststest.Pods(0, 5), nil, made(ststest.Stable, "nginx:1.21", 1, time.Hour, ""))
	},
	"rollout": func() report.History { return rolledOut() },
	"broken":  func() report.History { return rolledOut(pullFails) },
	"broken-alone": func() report.History {
		return past(ststest.Set(), ststest.Pods(0, 5, pullFails), nil, made(ststest.Stable, "nginx:1.21", 1, time.Hour, ""))
	},
	"canary": func() report.History {
		record := &operation.Rollout{Stable: ststest.Stable}
		return past(ststest.Set(ststest.Updated), ststest.Pods(0, 5, ststest.Revision(ststest.Update)), record,
			made(ststest.Stable, "nginx:1.21", 1, time.Hour, ""),
			made(ststest.Update, "nginx:1.22", 2, time.Minute, "kubectl sts canary web"))
	},
	"reused": func() report.History {
		return past(ststest.Set(), ststest.Pods(0, 5), nil,
			made("web-newer", "nginx:1.22", 2, time.Minute, ""), made(ststest.Stable, "nginx:1.21", 3, time.Hour, ""))
	},
	"reused-twice": func() report.History {
		return past(ststest.Set(), ststest.Pods(0, 5), nil, made("web-newest", "nginx:1.23", 3, time.Second, ""),
			made("web-newer", "nginx:1.22", 4, time.Minute, ""), made(ststest.Stable, "nginx:1.21", 5, time.Hour, ""))
	},
	"gap": func() report.History {
		return past(ststest.Set(), ststest.Pods(0, 5), nil,
			made("web-older", "nginx:1.20", 7, time.Hour, ""), made(ststest.Stable, "nginx:1.21", 9, time.Minute, ""))
	},
	"gone": func() report.History {
		return past(reporttest.Opened(), pullingPods(), nil,
			made(ststest.Update, "nginx:1.22", 3, time.Minute, ""))
	},
	"no-pods": func() report.History {
		return past(ststest.Set(ststest.Replicas(0)), nil, nil, made(ststest.Stable, "nginx:1.21", 1, time.Hour, ""))
	},
	"unseen": func() report.History {
		return past(ststest.Set(ststest.Unseen), ststest.Pods(0, 5), nil, made(ststest.Stable, "nginx:1.21", 1, time.Hour, ""))
	},
	"new": func() report.History {
		return past(ststest.Set(ststest.Unseen, func(set *appsv1.StatefulSet) { set.Status = appsv1.StatefulSetStatus{} }), nil, nil)
	},
	"unreadable": func() report.History {
		bad := made(ststest.Stable, "nginx:1.21", 1, time.Hour, "")
		bad.Data.Raw = []byte(`{"spec":{}}`)
		return past(ststest.Set(), ststest.Pods(0, 5), nil, bad)
	},
	"hostile": func() report.History {
		bad := ststest.Pods(4, 5, ststest.Waiting("Reason"+reporttest.Evil, "message"+reporttest.Evil), ststest.Revision(ststest.Update))
		return past(reporttest.Opened(), append(ststest.Pods(0, 4), bad...), nil,
			made(ststest.Stable, "nginx:1.21", 1, time.Hour, "cause"+reporttest.Evil), withImage("nginx:1.22"+reporttest.Evil))
	},
}

// withImage is the update revision, with any text for an image.
func withImage(image string) *appsv1.ControllerRevision {
	r := made(ststest.Update, "nginx", 2, time.Minute, "")
	text, err := json.Marshal(image)
	if err != nil {
		panic(err)
	}
	r.Data.Raw = []byte(`{"spec":{"template":{"spec":{"containers":[{"name":"nginx","image":` + string(text) + `}]}}}}`)
	return r
}

// both is the table and, below it, what goes to the other stream.
func both(mode term.ColorMode, h report.History) string {
	var out, notes strings.Builder
	text.PrintHistory(&out, mode, h)
	text.PrintHistoryNotes(&notes, mode, h)
	return out.String() + "--- stderr\n" + notes.String()
}

func TestHistory(t *testing.T) {
	for name, h := range histories {
		t.Run(name, func(t *testing.T) {
			got := both(term.ColorNever, h())
			reporttest.Golden(t, "history-"+name, got)
			reporttest.Harmless(t, got)
		})
	}
}

func TestHistoryInColourSaysTheSame(t *testing.T) {
	for name, h := range histories {
		t.Run(name, func(t *testing.T) {
			require.Equal(t, both(term.ColorNever, h()), reporttest.Stripped(both(term.ColorAlways, h())))
		})
	}
	require.Contains(t, both(term.ColorAlways, histories["broken"]()), "\x1b[1;31mupdate,broken\x1b[0m")
	require.Contains(t, both(term.ColorAlways, histories["broken"]()), "\x1b[32mstable\x1b[0m")
	require.Contains(t, both(term.ColorAlways, histories["rollout"]()), "\x1b[33mupdate\x1b[0m")
	require.Contains(t, both(term.ColorAlways, histories["settled"]()), "\x1b[32mstable,update\x1b[0m")
}

func TestHistoryAsObject(t *testing.T) {
	tests := []struct {
		Golden string
		h      report.History
		format report.Format
	}{
		{"history-broken-json", histories["broken"](), report.JSON},
		{"history-reused-json", histories["reused"](), report.JSON},
		{"history-gone-json", histories["gone"](), report.JSON},
		{"history-new-json", histories["new"](), report.JSON},
		{"history-hostile-json", histories["hostile"](), report.JSON},
		{"history-broken-yaml", histories["broken"](), report.YAML},
	}
	for _, test := range tests {
		t.Run(test.Golden, func(t *testing.T) {
			var out strings.Builder
			answer.Writer{Out: &out, Color: term.ColorAlways, Format: test.format}.History(test.h)
			reporttest.Golden(t, test.Golden, out.String())
			reporttest.Harmless(t, out.String())
		})
	}
}

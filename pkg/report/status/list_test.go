package status_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/engine"
	"github.com/kubectl-sts/kubectl-sts/pkg/hint"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation"
	"github.com/kubectl-sts/kubectl-sts/pkg/operation/operationtest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/answer"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/reporttest"
	"github.com/kubectl-sts/kubectl-sts/pkg/report/status"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/term"
	"github.com/kubectl-sts/kubectl-sts/pkg/verdict"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

const hour = time.Hour

// judged is a set's status with the verdict that it really gets.
func judged(namespace, name string, record *operation.Rollout, set *appsv1.StatefulSet, pods ...[]*corev1.Pod) report.Status {
	set.Namespace, set.Name = namespace, name
	for _, some := range pods {
		for _, pod := range some {
			pod.Name = name + strings.TrimPrefix(pod.Name, "web")
		}
	}
	s := ststest.Snapshot(set, pods...)
	command := hint.Caller{}.In(namespace)
	limits := verdict.Limits{Patience: 30 * time.Second, Deadline: 10 * time.Minute}
	ops := doing(record)
	if record == nil {
		ops = operation.Find(s)
	}
	return report.Status{
		Snapshot: s, Ops: ops, Verdict: verdict.Judge(s, ops, limits, ststest.Start),
		Now: ststest.Start, Caller: command,
	}
}

// partitioned has had its partition for so long.
func partitioned(partition int32, ago time.Duration) func(*appsv1.StatefulSet) {
	return func(set *appsv1.StatefulSet) {
		ststest.Partition(partition)(set)
		at := metav1.NewTime(ststest.Start.Add(-ago))
		set.ManagedFields = []metav1.ManagedFieldsEntry{{
			Manager: "kubectl", Time: &at,
			FieldsV1: metav1.NewFieldsV1(`{"f:spec":{"f:updateStrategy":{"f:rollingUpdate":{"f:partition":{}}}}}`),
		}}
	}
}

// record is of a canary of three steps that was started so long ago.
func record(ago time.Duration) *operation.Rollout {
	return &operation.Rollout{
		Version: 1, Started: ststest.Start.Add(-ago), Stable: ststest.Stable, Steps: operationtest.Steps("1", "50%", "100%"),
	}
}

var updating = ststest.Updating("nginx:1.22")

func fresh(from, to int, changes ...func(*corev1.Pod)) []*corev1.Pod {
	return ststest.Pods(from, to, append([]func(*corev1.Pod){ststest.Revision(ststest.Update)}, changes...)...)
}

// The sets, each in another state.

func calm(name string) report.Status {
	return judged("data", name, nil, ststest.Set(), ststest.Pods(0, 5))
}

func leftBehind(ago time.Duration) report.Status {
	return judged("data", "kafka", nil, ststest.Set(updating, partitioned(3, ago)), ststest.Pods(0, 3), fresh(3, 5))
}

func inItsCanary(ago time.Duration) report.Status {
	return judged("data", "redis", record(ago), ststest.Set(updating, partitioned(4, ago)), ststest.Pods(0, 4), fresh(4, 5))
}

func badCanary() report.Status {
	return judged("data", "etcd", record(2*hour), ststest.Set(updating, partitioned(4, 2*hour)), ststest.Pods(0, 4),
		fresh(4, 5, ststest.Waiting("ImagePullBackOff", `Back-off pulling image "nginx:1.22" from registry.example.com/team`)))
}

func onDelete() report.Status {
	set := ststest.Set(updating, ststest.Strategy(appsv1.OnDeleteStatefulSetStrategyType))
	return judged("monitoring", "loki", nil, set, ststest.Pods(0, 3), fresh(3, 5))
}

func noImage(name string) report.Status {
	return judged("monitoring", name, nil, ststest.Set(), ststest.Pods(0, 4), ststest.Pods(4, 5, ststest.Waiting("InvalidImageName", "no")))
}

func onItsWay() report.Status {
	return judged("monitoring", "mimir", nil, ststest.Set(), ststest.Pods(0, 3), ststest.Pods(3, 4, ststest.Terminating))
}

func unseen() report.Status {
	return judged("monitoring", "tempo", nil, ststest.Set(ststest.Unseen), ststest.Pods(0, 5))
}

func aborting() report.Status {
	r := record(hour)
	r.Aborting = true
	return judged("data", "mongo", r, ststest.Set(partitioned(4, hour)), ststest.Pods(0, 4), fresh(4, 5))
}

func unreadable() report.Status {
	st := judged("data", "mysql", nil, ststest.Set(ststest.Annotated(note.RolloutAnnotation, "garbage")), ststest.Pods(0, 5))
	st.Verdict = verdict.Verdict{Result: engine.Held, Message: "held: the record of a canary can't be read"}
	return st
}

// silent is held by a partition that nobody seems to have written.
func silent() report.Status {
	return judged("data", "nats", nil, ststest.Set(updating, ststest.Partition(5)), ststest.Pods(0, 5))
}

// spare is settled, but the next change of its template will not get far.
func spare() report.Status {
	return judged("data", "minio", nil, ststest.Set(partitioned(5, 300*24*hour)), ststest.Pods(0, 5))
}

func gone() report.Status {
	return judged("data", "off", nil, ststest.Set(ststest.Replicas(0)), ststest.Pods(0, 2, ststest.Terminating))
}

// absurd wants more pods than there can be. Nobody goes through its ordinals.
func absurd(changes ...func(*appsv1.StatefulSet)) report.Status {
	st := judged("data", "typo", nil, ststest.Set(append(changes, ststest.Replicas(sts.MostReplicas+1))...))
	st.Snapshot = sts.Gather([]*workload.Set{st.Snapshot.Set}).Take("data")[0]
	st.Verdict = verdict.Judge(st.Snapshot, operation.Found{}, verdict.Limits{}, st.Now)
	return st
}

// away was deleted by a recreate, which was killed then.
func away(name string, why error) report.Status {
	object := ststest.Set(ststest.Partition(2))
	object.Namespace, object.Name = "data", name
	if why != nil {
		object.Spec = appsv1.StatefulSetSpec{Replicas: new(int32)}
	}
	s := sts.Snapshot{Set: workload.FromApps(object), Away: &sts.Away{
		ID: "run", Started: ststest.Start.Add(-10 * time.Minute), Changes: "serviceName a to b", Unread: why,
	}}
	ops := operation.Find(s)
	return report.Status{
		Snapshot: s, Ops: ops, Verdict: verdict.Judge(s, ops, verdict.Limits{}, ststest.Start), Now: ststest.Start,
		Caller: hint.Caller{}.In("data"),
	}
}

func of(statuses ...report.Status) *status.List {
	return inList(status.List{Look: "kubectl sts status NAME", Where: "data @ cluster-1"}, statuses)
}

func ofAll(statuses ...report.Status) *status.List {
	return inList(status.List{
		AllNamespaces: true, Look: "kubectl sts -n NAMESPACE status NAME", Where: "all namespaces @ cluster-1",
	}, statuses)
}

func inList(l status.List, statuses []report.Status) *status.List {
	for _, st := range statuses {
		l.Add(st)
	}
	return &l
}

func oneOfEach() []report.Status {
	return []report.Status{
		badCanary(), leftBehind(12 * 24 * hour), spare(), aborting(), unreadable(), silent(), gone(), inItsCanary(45 * time.Minute),
		onDelete(), onItsWay(), unseen(),
	}
}

// lists are lists, by the name of their golden files.
var lists = map[string]func() *status.List{
	"one-of-each": func() *status.List {
		return ofAll(oneOfEach()...)
	},
	"absurd": func() *status.List { return of(calm("a"), absurd(), absurd(updating, ststest.From(2147483647))) },
	"away": func() *status.List {
		return of(calm("a"), away("db", nil), away("odd", errors.New("record.json: unexpected end"+reporttest.Evil)))
	},
	"settled":    func() *status.List { return of(calm("a"), calm("b")) },
	"one":        func() *status.List { return of(calm("a")) },
	"in-a-hurry": func() *status.List { return of(inItsCanary(time.Minute), leftBehind(59*time.Minute)) },
	"forgotten":  func() *status.List { return of(inItsCanary(hour), leftBehind(hour)) },
	"five-need-it": func() *status.List {
		return of(silent(), noImage("a"), noImage("b"), noImage("c"), noImage("d"), calm("e"))
	},
	"six-need-it": func() *status.List {
		return of(noImage("a"), noImage("b"), noImage("c"), noImage("d"), noImage("e"), silent())
	},
	"runs-of-every-verb": func() *status.List {
		undo, restart := record(hour), record(5*time.Minute)
		undo.Verb, undo.Steps = operation.VerbUndo, operation.AllAtOnce()
		restart.Verb = operation.VerbRestart
		begun := func(name string, r *operation.Rollout) report.Status {
			return judged("data", name, r, ststest.Set(updating, partitioned(4, hour)), ststest.Pods(0, 4), fresh(4, 5))
		}
		return of(inItsCanary(hour), begun("undone", undo), begun("restarted", restart),
			openScale("from4to1", `{"version":1,"from":4,"to":1,"whenScaled":"Delete"}`),
			openScale("nonsense", "nonsense"))
	},
	"gate-opened": func() *status.List { return of(calm("a"), gateOpened()) },
	"hostile":     func() *status.List { return of(hostile()) },
}

// openScale is a set with this record of a scale, which was written two hours ago.
func openScale(name, text string) report.Status {
	return judged("data", name, nil, ststest.Set(ststest.Annotated(note.ScaleAnnotation, text), func(set *appsv1.StatefulSet) {
		at := metav1.NewTime(ststest.Start.Add(-2 * hour))
		set.ManagedFields = []metav1.ManagedFieldsEntry{{
			Manager: "kubectl-sts", Time: &at,
			FieldsV1: metav1.NewFieldsV1(`{"f:metadata":{"f:annotations":{"f:` + note.ScaleAnnotation + `":{}}}}`),
		}}
	}), ststest.Pods(0, 5))
}

func TestList(t *testing.T) {
	for name, list := range lists {
		t.Run(name, func(t *testing.T) {
			var plain, coloured strings.Builder
			list().Print(&plain, term.ColorNever)
			list().Print(&coloured, term.ColorAlways)

			reporttest.Golden(t, "list-"+name, plain.String())
			reporttest.Harmless(t, plain.String())
			require.Contains(t, coloured.String(), "\x1b[")
			require.Equal(t, plain.String(), reporttest.Stripped(coloured.String()))
		})
	}
}

func TestListAsObjectsIsThatOfEachSet(t *testing.T) {
	for _, format := range []report.Format{report.JSON, report.YAML} {
		t.Run(string(format), func(t *testing.T) {
			var all, each strings.Builder
			list := answer.Statuses{Writer: answer.Writer{Out: &all, Color: term.ColorAlways, Format: format}}
			for _, st := range oneOfEach() {
				list.Add(st)
				answer.Writer{Out: &each, Color: term.ColorAlways, Format: format}.Status(st)
			}
			list.Print()
			require.Equal(t, each.String(), all.String())
		})
	}
}

func TestSinceWhenAPartitionIsThereIsInTheObject(t *testing.T) {
	zero := judged("data", "a", nil, ststest.Set(partitioned(0, hour)), ststest.Pods(0, 5))
	tests := []struct {
		name string
		st   report.Status
		want string
	}{
		{"when it is known", leftBehind(hour), `"partition":3,"partitionSince":"2030-01-02T02:04:05Z",`},
		{"not when nobody knows", silent(), `"partition":5,"replicas"`},
		{"not without a partition", zero, `"partition":0,"replicas"`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var out strings.Builder
			answer.Writer{Out: &out, Color: term.ColorNever, Format: report.JSON}.Status(test.st)
			require.Contains(t, out.String(), test.want)
		})
	}
}

func TestResultOfAListIsTheWorst(t *testing.T) {
	tests := []struct {
		name    string
		list    *status.List
		want    engine.Result
		summary string
	}{
		{"all settled", of(calm("a"), calm("b")), engine.Done, "2 sets in data @ cluster-1: 2 settled"},
		{"one held", of(calm("a"), silent(), calm("b")), engine.Held, "3 sets in data @ cluster-1: 2 settled, 1 held"},
		{"one on its way", of(onItsWay(), calm("a")), engine.Held, "2 sets in data @ cluster-1: 1 settled, 1 in progress"},
		{"one in trouble, before one held", of(noImage("a"), silent()), engine.Halted, "2 sets in data @ cluster-1: 1 held, 1 in trouble"},
		{"one in trouble, after one held", of(silent(), noImage("a")), engine.Halted, "2 sets in data @ cluster-1: 1 held, 1 in trouble"},
		{"one alone", of(calm("a")), engine.Done, "1 set in data @ cluster-1: 1 settled"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			require.Equal(t, fmt.Sprint(test.want, test.summary), fmt.Sprint(test.list.Result(), test.list.Summary()))
		})
	}
}

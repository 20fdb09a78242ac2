package cli_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/note"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
)

// part adds a set and its pods to what a server holds.
type part func(sets, podList *[]any)

// with is set web by another name, in a namespace, and its pods.
func with(namespace, name string, change func(*appsv1.StatefulSet), pods ...*corev1.Pod) part {
	set := ststest.Set(change)
	set.Namespace, set.Name, set.UID = namespace, name, types.UID(namespace+"/"+name)
	for _, pod := range pods {
		pod.Namespace, pod.Name = namespace, name+strings.TrimPrefix(pod.Name, "web")
		pod.OwnerReferences[0].UID = set.UID
	}
	return func(sets, podList *[]any) {
		*sets = append(*sets, set)
		for _, pod := range pods {
			*podList = append(*podList, pod)
		}
	}
}

func settled(namespace, name string) part {
	return with(namespace, name, func(*appsv1.StatefulSet) {}, ststest.Pods(0, 5)...)
}

// holdingMany serves these sets, to whoever lists.
func holdingMany(t *testing.T, parts ...part) {
	t.Helper()
	sets, pods := []any{}, []any{}
	for _, part := range parts {
		part(&sets, &pods)
	}
	serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet {
			t.Errorf("unexpected %s %s", r.Method, r.URL)
		}
		items := map[bool][]any{true: sets, false: pods}[strings.HasSuffix(r.URL.Path, "/statefulsets")]
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"items": items})
	})
}

func TestStatusOfManyEndsInTheWorstExitCode(t *testing.T) {
	held := with("default", "held", func(set *appsv1.StatefulSet) {
		ststest.Updating("nginx:1.22")(set)
		ststest.Partition(5)(set)
	}, ststest.Pods(0, 5)...)
	pods := append(ststest.Pods(0, 4), ststest.Pod(4, ststest.Waiting("InvalidImageName", "no")))
	bad := with("far", "bad", func(*appsv1.StatefulSet) {}, pods...)
	garbage := with("far", "odd", ststest.Annotated(note.RolloutAnnotation, "{}"), ststest.Pods(0, 5)...)
	absurd := with("default", "typo", func(set *appsv1.StatefulSet) {
		ststest.Replicas(sts.MostReplicas + 1)(set)
		ststest.Annotated(note.RolloutAnnotation, "{}")(set) // which is not looked at either
	}, ststest.Pods(0, 5)...)
	const noRecord = "annotation kubectl-sts.github.io/canary of statefulset \"odd\" has format 0, this kubectl-sts reads 1 and 2: " +
		"use the version that wrote it\n"
	tests := []struct {
		name, args string
		sets       []part
		code       int
		stdout     string // how it ends
		stderr     string
	}{
		{name: "none", args: "status", stderr: "no StatefulSets in namespace \"default\"\n"},
		{name: "none anywhere", args: "status -A", stderr: "no StatefulSets in any namespace\n"},
		{name: "none with a label", args: "status -l a=b -n x", stderr: "no StatefulSets with labels \"a=b\" in namespace \"x\"\n"},
		{name: "none, for a program", args: "status -o json", stderr: "no StatefulSets in namespace \"default\"\n"},
		{
			name: "all settled", args: "status", sets: []part{settled("default", "a"), settled("default", "b")},
			stdout: "2 sets in default @ x: 2 settled",
		},
		{
			name: "one held", args: "status", sets: []part{settled("default", "a"), held}, code: 5,
			stdout: " held",
		},
		{
			name: "one in trouble before one held", args: "status -A", sets: []part{bad, held}, code: 4,
			stdout: " held",
		},
		{
			name: "one that wants more pods than there can be", args: "status", sets: []part{absurd, settled("default", "a")}, code: 4,
			stdout: "\n2 sets in default @ x: 1 settled, 1 in trouble\n" +
				"typo: trouble: statefulset \"typo\" wants 100001 replicas, and no cluster has so many\n" +
				"  set the number that is meant: kubectl scale statefulset typo --replicas COUNT",
		},
		{
			name: "a record that can't be read", args: "status -A", sets: []part{garbage, settled("default", "a")}, code: 5,
			stdout: "  look closer: kubectl sts -n far status odd", stderr: "warning: in namespace far: " + noRecord,
		},
		{
			name: "the same in one namespace", args: "status -n far", sets: []part{garbage}, code: 5,
			stdout: "  look closer: kubectl sts -n far status odd", stderr: "warning: " + noRecord,
		},
		{name: "by their names", args: "status a held", sets: []part{settled("default", "a"), held, bad}, code: 5, stdout: " held"},
		{
			name: "a name that there is not", args: "status a nope", sets: []part{settled("default", "a")}, code: 1,
			stdout: "1 set in default @ x: 1 settled", stderr: "error: statefulset \"nope\" not found in namespace \"default\"\n",
		},
		{
			name: "names that there are not", args: "status no nope", sets: []part{settled("default", "a")}, code: 1,
			stderr: "error: statefulset \"no\", \"nope\" not found in namespace \"default\"\n",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			holdingMany(t, test.sets...)

			got := run(t.Context(), strings.Fields(test.args)...)

			require.True(t, strings.HasSuffix(strings.TrimSuffix(got.Stdout, "\n"), test.stdout), got.Stdout)
			require.Equal(t, test.stdout == "", got.Stdout == "")
			require.Equal(t, ran{test.code, got.Stdout, test.stderr}, got)
		})
	}
}

func TestStatusOfManyAsJSONIsALineForEach(t *testing.T) {
	holdingMany(t, settled("b", "web"), settled("a", "web"))

	got := run(t.Context(), "status", "-A", "-o", "json")

	require.Equal(t, ran{Stdout: got.Stdout}, got)
	var names []string
	for line := range strings.Lines(got.Stdout) {
		var object struct {
			Type string
			Set  struct{ Namespace, Name string } `json:"statefulSet"`
			Pods []any
		}
		require.NoError(t, json.Unmarshal([]byte(line), &object))
		require.Equal(t, "status", object.Type)
		require.Len(t, object.Pods, 5)
		names = append(names, object.Set.Namespace+"/"+object.Set.Name)
	}
	require.Equal(t, []string{"a/web", "b/web"}, names)
}

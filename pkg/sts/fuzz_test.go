package sts_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

func FuzzOrder(f *testing.F) {
	for _, seed := range [][2]string{
		{"ascending", ""},
		{"descending", "role=primary"},
		{"2,0,1", "role in (a, b),!c"},
		{"2, 2", ""},
		{"-1", ""},
		{"", "a in b"},
		{"", " "},
		{"1,,2", "a=b,"},
		{"99999999999999999999", ""},
		{"+1", "\n=\x1b"},
	} {
		f.Add(seed[0], seed[1])
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, order, last string) {
		defer within.Input(t)()
		o, err := sts.ParseOrder(order, last)
		if err != nil {
			fuzztest.OneLine(t, err)
			return
		}
		text, err := json.Marshal(o) // as a record has it
		require.NoError(t, err)
		var again sts.Order
		require.NoError(t, json.Unmarshal(text, &again))
		require.Equal(t, o, again)
		require.NoError(t, again.Check())
		require.NotEmpty(t, o.String())

		pods := ststest.Snapshot(ststest.Set(), ststest.Pods(0, 3), ststest.Pods(3, 5, ststest.Labelled("role", "primary"))).Pods
		sorted := slices.Clone(pods)
		o.Sort(sorted)
		require.ElementsMatch(t, pods, sorted)
		first := slices.IndexFunc(sorted, o.Keeps)
		require.True(t, first < 0 || !slices.ContainsFunc(sorted[first:], func(p sts.Pod) bool { return !o.Keeps(p) }))
	})
}

// FuzzRevisionTemplate takes any text for what a ControllerRevision holds.
func FuzzRevisionTemplate(f *testing.F) {
	for _, text := range []string{
		`{"spec":{"template":{"$patch":"replace","metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"a","image":"b"}]}}}}`,
		`{"spec":{"template":{"spec":{"containers":[{"resources":{"limits":{"cpu":"1e3","memory":"1Gi"}}}],"new":9007199254740993}}}}`,
		`{"spec":{"template":{"spec":{"overhead":{"cpu":"1e-2147483648"}}}}}`, `{"spec":{"template":null}}`,
		`{"spec":{}}`, `{}`, `[]`, `oops`, `{"spec":{"template":{"spec":{"containers":"x"}}}}`,
	} {
		f.Add(text)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		r := ststest.ControllerRevision("web-1", "nginx:1", 1)
		r.Data.Raw = []byte(text)
		template, err := sts.RevisionTemplate(r)
		if err != nil {
			fuzztest.OneLine(t, err)
			return
		}
		require.True(t, json.Valid(template))
		typed, err := template.Typed()
		if err != nil {
			return // the words are those of the API's types
		}
		images, err := template.Images()
		require.NoError(t, err)
		require.Len(t, images, len(typed.Spec.Containers)+len(typed.Spec.InitContainers))
		_, err = sts.Fingerprint(typed)
		require.NoError(t, err)
		require.True(t, template.Is(workload.FromApps(ststest.Set(func(set *appsv1.StatefulSet) { set.Spec.Template = *typed }))))
	})
}

// FuzzNames builds names as the controller does, and finds the ordinal again;
// a name that it would not build has none.
func FuzzNames(f *testing.F) {
	for _, seed := range []string{
		"data-web-0", "data-web-1-0", "data-web-01", "data-web--1", "data-web-+1", "data-web-99999999999999999999", "-",
	} {
		f.Add("web", "data", seed, int32(7))
	}
	f.Add("web-data-web", "data", "data-web-data-web-3", int32(0))
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, set, template, claim string, ordinal int32) {
		defer within.Input(t)()
		s := ststest.Snapshot(ststest.Set(func(s *appsv1.StatefulSet) { s.Name = set }))
		if ordinal >= 0 {
			got, ok := s.ClaimOrdinal(template, s.ClaimName(template, int(ordinal)))
			require.True(t, ok)
			require.Equal(t, int(ordinal), got)
		}
		if got, ok := s.ClaimOrdinal(template, claim); ok {
			require.Equal(t, claim, s.ClaimName(template, got))
		}
		pod := ststest.Pod(0)
		pod.Name = claim
		for _, p := range sts.Observe(s.Set, []*corev1.Pod{pod}, nil, nil).Pods {
			require.Equal(t, claim, s.PodName(p.Ordinal))
		}
	})
}

// FuzzFailedCreates takes any text for the controller's events.
func FuzzFailedCreates(f *testing.F) {
	f.Add("create Pod web-3 in StatefulSet web failed error: pods \"web-3\" is forbidden", "create Pod web-3 in StatefulSet web again")
	f.Add("create Claim data-web-3 Pod web-3 in StatefulSet web failed error: no\nroom", "Pod  in StatefulSet ")
	f.Add("", "Pod \u202e in StatefulSet \n")
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, one, two string) {
		defer within.Input(t)()
		event := func(text string) *corev1.Event { return &corev1.Event{Reason: sts.ReasonFailedCreate, Message: text} }
		for pod, words := range sts.FailedCreates([]*corev1.Event{event(one), event(two)}) {
			require.NotEmpty(t, pod)
			require.True(t, strings.HasSuffix(one, words.Message) || strings.HasSuffix(two, words.Message), "%q", words.Message)
		}
	})
}

// FuzzManagedFields takes any text for what a manager owns.
func FuzzManagedFields(f *testing.F) {
	for _, text := range []string{
		`{"f:spec":{"f:template":{"f:spec":{}},"f:replicas":{}}}`, `{"f:spec":{"f:template":null}}`, `[]`, `oops`, ``,
	} {
		f.Add(text)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		at := metav1.NewTime(time.Unix(1, 0))
		fields := []metav1.ManagedFieldsEntry{{Manager: "helm", Time: &at, FieldsV1: metav1.NewFieldsV1(text)}}
		if w, ok := sts.LastWriter(fields, "spec", "template"); ok {
			require.Equal(t, sts.Writer{Manager: "helm", Time: at.Time}, w)
		}
		require.Equal(t, []string{"helm"}, sts.Managers(fields))
	})
}

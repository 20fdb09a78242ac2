package podtemplate_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

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
		template, err := podtemplate.RevisionTemplate(r)
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
		_, err = podtemplate.Fingerprint(typed)
		require.NoError(t, err)
		require.True(t, template.Is(workload.FromApps(ststest.Set(func(set *appsv1.StatefulSet) { set.Spec.Template = *typed }))))
	})
}

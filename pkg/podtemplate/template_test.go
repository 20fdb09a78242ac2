package podtemplate_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
	"github.com/kubectl-sts/kubectl-sts/pkg/sts/ststest"
	"github.com/kubectl-sts/kubectl-sts/pkg/workload"
)

func TestATemplateIsTheSetsWhenBothMeanTheSame(t *testing.T) {
	limited := ststest.Set(func(set *appsv1.StatefulSet) {
		set.Spec.Template.Spec.Containers[0].Resources.Limits = corev1.ResourceList{
			corev1.ResourceMemory: resource.MustParse("1Gi"), corev1.ResourceCPU: resource.MustParse("500m"),
		}
	})
	plain := ststest.Set()
	tests := []struct {
		name     string
		set      *appsv1.StatefulSet
		template string
		want     bool
	}{
		{"the very same", plain, string(ststest.Raw("nginx:1.21")), true},
		{
			"keys in another order", plain,
			`{"spec":{"containers":[{"image":"nginx:1.21","name":"nginx"}]},"metadata":{"labels":{"app":"web"}}}`, true,
		},
		{
			"quantities spelled in another way", limited,
			`{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"nginx","image":"nginx:1.21",
			"resources":{"limits":{"memory":"1024Mi","cpu":"0.5"}}}]}}`, true,
		},
		{
			"another quantity", limited,
			`{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"nginx","image":"nginx:1.21",
			"resources":{"limits":{"memory":"1G","cpu":"0.5"}}}]}}`, false,
		},
		{
			"empty lists for absent ones", plain,
			`{"metadata":{"labels":{"app":"web"},"annotations":{}},
			"spec":{"volumes":[],"containers":[{"name":"nginx","image":"nginx:1.21"}]}}`, true,
		},
		{"another image", plain, string(ststest.Raw("nginx:1.22")), false},
		{
			"another label", plain,
			`{"metadata":{"labels":{"app":"www"}},"spec":{"containers":[{"name":"nginx","image":"nginx:1.21"}]}}`, false,
		},
		{"no template", plain, `"nginx"`, false},
		{"no set", nil, string(ststest.Raw("nginx:1.21")), false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, podtemplate.Template(tt.template).Is(workload.FromApps(tt.set)))
		})
	}
}

func TestATemplateIsWrittenAsItIs(t *testing.T) {
	text := `{"spec":{"future":9007199254740993,"containers":[]}}`
	out, err := json.Marshal(map[string]any{"template": podtemplate.Template(text)})
	require.NoError(t, err)
	require.Equal(t, `{"template":`+text+`}`, string(out))
}

func TestTheTemplateOfARevision(t *testing.T) {
	tests := []struct {
		name string
		data string
		want string
		err  string
	}{
		{
			name: "without the mark of the patch that the controller stores it as",
			data: `{"spec":{"template":{"$patch":"replace","metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"nginx"}]}}}}`,
			want: `{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"nginx"}]}}`,
		},
		{
			name: "with fields that this binary does not know, and large integers as they are",
			data: `{"spec":{"template":{"spec":{"future":{"size":9007199254740993}},"$patch":"replace","tomorrow":true}}}`,
			want: `{"spec":{"future":{"size":9007199254740993}},"tomorrow":true}`,
		},
		{name: "no template", data: `{"spec":{}}`, err: "revision web-stable holds no pod template"},
		{name: "a template of null", data: `{"spec":{"template":null}}`, err: "revision web-stable holds no pod template"},
		{name: "no JSON", data: `spec`, err: "revision web-stable: invalid character 's' looking for beginning of value"},
		{name: "no data", data: ``, err: "revision web-stable: unexpected end of JSON input"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			revision := ststest.ControllerRevision(ststest.Stable, "nginx:1.21", 1)
			revision.Data.Raw = []byte(tt.data)

			got, err := podtemplate.RevisionTemplate(revision)

			if tt.err != "" {
				require.EqualError(t, err, tt.err)
				require.Nil(t, got)
				return
			}
			require.NoError(t, err)
			require.Equal(t, tt.want, string(got))
		})
	}
}

func TestTheTemplateOfARevisionIsTheOneThatTheSetHad(t *testing.T) {
	got, err := podtemplate.RevisionTemplate(ststest.ControllerRevision(ststest.Stable, "nginx:1.21", 1))
	require.NoError(t, err)
	require.True(t, got.Is(workload.FromApps(ststest.Set())))
	require.False(t, got.Is(workload.FromApps(ststest.Set(ststest.Updating("nginx:1.22")))))
}

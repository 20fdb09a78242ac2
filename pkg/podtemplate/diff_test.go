package podtemplate_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	corev1 "k8s.io/api/core/v1"

	"github.com/kubectl-sts/kubectl-sts/pkg/podtemplate"
)

func TestDiff(t *testing.T) {
	tests := []struct {
		name          string
		before, after string
		want          []string
	}{
		{
			name:   "the same in another order of keys",
			before: `{"metadata":{"labels":{"a":"b"}},"spec":{"x":1}}`,
			after:  `{"spec":{"x":1},"metadata":{"labels":{"a":"b"}}}`,
		},
		{
			name:   "an image, by its container's name",
			before: `{"spec":{"containers":[{"name":"a","image":"a:1"},{"name":"b","image":"b:1"}]}}`,
			after:  `{"spec":{"containers":[{"name":"a","image":"a:1"},{"name":"b","image":"b:2"}]}}`,
			want:   []string{"containers[b].image: b:1 -> b:2"},
		},
		{
			name:   "a container more and another less",
			before: `{"spec":{"containers":[{"name":"a","image":"a:1"}]}}`,
			after:  `{"spec":{"containers":[{"name":"b","image":"b:1"}]}}`,
			want: []string{
				`containers[a]: {"image":"a:1","name":"a"} removed`, `containers[b]: set to {"image":"b:1","name":"b"}`,
			},
		},
		{
			name:   "an init container keeps its whole path",
			before: `{"spec":{"initContainers":[{"name":"a","image":"a:1"}]}}`,
			after:  `{"spec":{"initContainers":[{"name":"a","image":"a:2"}]}}`,
			want:   []string{"spec.initContainers[a].image: a:1 -> a:2"},
		},
		{
			name:   "fields set, removed and changed, in the order of their paths",
			before: `{"metadata":{"labels":{"app":"web"},"annotations":{"example.com/a":"x"}},"spec":{"hostNetwork":true}}`,
			after:  `{"metadata":{"labels":{"app":"web"}},"spec":{"hostNetwork":false,"securityContext":{"runAsUser":9007199254740993}}}`,
			want: []string{
				`metadata.annotations: {"example.com/a":"x"} removed`,
				"spec.hostNetwork: true -> false",
				`spec.securityContext: set to {"runAsUser":9007199254740993}`,
			},
		},
		{
			name:   "large integers are told apart",
			before: `{"spec":{"x":9007199254740993}}`, after: `{"spec":{"x":9007199254740992}}`,
			want: []string{"spec.x: 9007199254740993 -> 9007199254740992"},
		},
		{
			name:   "a key with dots stands in brackets",
			before: `{"metadata":{"annotations":{"example.com/a":"x"}}}`,
			after:  `{"metadata":{"annotations":{"example.com/a":"y"}}}`,
			want:   []string{"metadata.annotations[example.com/a]: x -> y"},
		},
		{
			name:   "items without names go by their places",
			before: `{"spec":{"containers":[{"name":"a","ports":[{"containerPort":80},{"containerPort":81}]}]}}`,
			after:  `{"spec":{"containers":[{"name":"a","ports":[{"containerPort":80},{"containerPort":82}]}]}}`,
			want:   []string{"containers[a].ports[1].containerPort: 81 -> 82"},
		},
		{
			name:   "so do items of which two have one name",
			before: `{"spec":{"x":[{"name":"a","v":1},{"name":"a","v":2}]}}`,
			after:  `{"spec":{"x":[{"name":"a","v":1},{"name":"a","v":3}]}}`,
			want:   []string{"spec.x[1].v: 2 -> 3"},
		},
		{
			name:   "a list of words is compared as a whole",
			before: `{"spec":{"containers":[{"name":"a","args":["x","y"]}]}}`,
			after:  `{"spec":{"containers":[{"name":"a","args":["y","x"]}]}}`,
			want:   []string{`containers[a].args: ["x","y"] -> ["y","x"]`},
		},
		{
			name: "a value of another kind", before: `{"spec":{"x":{"a":1}}}`, after: `{"spec":{"x":["a"]}}`,
			want: []string{`spec.x: {"a":1} -> ["a"]`},
		},
		{
			name: "empty and false are values: null is not", before: `{"spec":{"a":"x","b":null}}`, after: `{"spec":{"a":"","c":false}}`,
			want: []string{"spec.a: x -> ", "spec.c: set to false"},
		},
		{
			name:   "a long value is cut by characters, not bytes",
			before: `{"spec":{"x":"a"}}`,
			after:  `{"spec":{"x":"` + strings.Repeat("ä", 81) + `","y":"` + strings.Repeat("ä", 80) + `"}}`,
			want: []string{
				"spec.x: a -> " + strings.Repeat("ä", 40) + "…" + strings.Repeat("ä", 39), "spec.y: set to " + strings.Repeat("ä", 80),
			},
		},
		{
			name:   "of long values that differ at the end it is the end that shows",
			before: `{"spec":{"x":"registry.example.com/` + strings.Repeat("team/", 20) + `app:1.2.3"}}`,
			after:  `{"spec":{"x":"registry.example.com/` + strings.Repeat("team/", 20) + `app:1.2.4"}}`,
			want:   []string{"spec.x: …am/team/app:1.2.3 -> …am/team/app:1.2.4"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := podtemplate.Diff(podtemplate.Template(tt.before), podtemplate.Template(tt.after))
			require.NoError(t, err)
			require.Equal(t, tt.want, got)
		})
	}
}

func TestDiffOfWhatIsNoTemplate(t *testing.T) {
	const good = `{"spec":{}}`
	const want = "pod template: invalid character 'o' looking for beginning of value"
	_, err := podtemplate.Diff(podtemplate.Template(`oops`), podtemplate.Template(good))
	require.EqualError(t, err, want)
	_, err = podtemplate.Diff(podtemplate.Template(good), podtemplate.Template(`oops`))
	require.EqualError(t, err, want)
}

func TestDifferencesOfMeaning(t *testing.T) {
	template := func(changes ...func(*corev1.PodTemplateSpec)) *corev1.PodTemplateSpec {
		out := &corev1.PodTemplateSpec{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "app", Image: "app:v1"}}}}
		for _, change := range changes {
			change(out)
		}
		return out
	}
	for _, test := range []struct {
		name   string
		change func(*corev1.PodTemplateSpec)
		want   []string
	}{
		{"nothing", func(*corev1.PodTemplateSpec) {}, nil},
		{"none and an empty list mean the same", func(p *corev1.PodTemplateSpec) { p.Spec.Volumes = []corev1.Volume{} }, nil},
		{
			"an image", func(p *corev1.PodTemplateSpec) { p.Spec.Containers[0].Image = "app:v2" },
			[]string{"containers[app].image: app:v1 -> app:v2"},
		},
		{
			"an annotation", func(p *corev1.PodTemplateSpec) { p.Annotations = map[string]string{"injected": "yes"} },
			[]string{`metadata.annotations: set to {"injected":"yes"}`},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := podtemplate.Differences(template(), template(test.change))
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}

	at := func(nanoseconds int64) *corev1.PodTemplateSpec {
		return template(func(p *corev1.PodTemplateSpec) { p.CreationTimestamp.Time = time.Unix(1, nanoseconds) })
	}
	got, err := podtemplate.Differences(at(1), at(2))
	require.NoError(t, err)
	require.Equal(t, []string{"spec.template"}, got, "what the JSON does not tell is different all the same")
}

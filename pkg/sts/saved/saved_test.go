package saved_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/sts/saved"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

func kept() saved.Set {
	return saved.Set{
		Version: saved.Format, ID: "run", Name: "web", Started: time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC), UID: "old",
		Changed: []string{"claim template data: size 1Gi to 2Gi"},
		Pods:    saved.Pods{"web-0": "a"}, Update: "web-1", Managed: json.RawMessage(`[{"manager":"helm"}]`),
		Manifest: json.RawMessage(`{"metadata":{"name":"web"},"spec":{"template":{"a":"<&>"}}}`),
		Before:   json.RawMessage(`{"metadata":{"name":"web"},"spec":{"replicas":1}}`),
	}
}

func TestWhatIsWrittenDownIsReadAsItWas(t *testing.T) {
	data, err := kept().Data()
	require.NoError(t, err)
	require.JSONEq(t, `{"metadata":{"name":"web"},"spec":{"template":{"a":"<&>"}}}`, data[saved.KeyManifest],
		"for a person who is alone with it")

	got, err := saved.Read(data)

	require.NoError(t, err)
	require.Equal(t, kept(), *got)
}

const newer = "it has format 2, this kubectl-sts reads 1: use the version that wrote it"

func TestWhatNoRunWritesIsRefused(t *testing.T) {
	for name, test := range map[string]struct {
		change func(map[string]string)
		want   string
	}{
		"no record":       {func(d map[string]string) { delete(d, saved.KeyRecord) }, "record.json: unexpected end of JSON input"},
		"a newer format":  {func(d map[string]string) { d[saved.KeyRecord] = `{"version":2}` }, newer},
		"an empty record": {func(d map[string]string) { d[saved.KeyRecord] = `{"version":1}` }, "record.json: no recreate writes that"},
		"no manifest":     {func(d map[string]string) { delete(d, saved.KeyManifest) }, "statefulset.json is no object in JSON"},
		"half of one":     {func(d map[string]string) { d[saved.KeyBefore] = `{"spec":` }, "before.json is no object in JSON"},
		"another set": {
			func(d map[string]string) { d[saved.KeyManifest] = `{"metadata":{"name":"db"},"spec":{}}` },
			`statefulset.json is about statefulset "db"`,
		},
		"a list": {func(d map[string]string) { d[saved.KeyBefore] = `[]` }, "before.json is no object in JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			data, err := kept().Data()
			require.NoError(t, err)
			test.change(data)
			_, err = saved.Read(data)
			require.EqualError(t, err, test.want)
		})
	}
}

func TestAConfigMapHoldsOnlySoMuch(t *testing.T) {
	s := kept()
	s.Manifest = json.RawMessage(`{"a":"` + strings.Repeat("x", saved.Most) + `"}`)
	_, err := s.Data()
	require.ErrorContains(t, err, "bytes to write it down, and a ConfigMap holds")
}

func TestSame(t *testing.T) {
	const live = `{"metadata":{"name":"web","uid":"1","resourceVersion":"5","generation":3,"labels":{"a":"b"},"managedFields":[{}],` +
		`"annotations":{"note":"x"}},"spec":{"replicas":3,"persistentVolumeClaimRetentionPolicy":{"whenScaled":"Delete"}},` +
		`"status":{"replicas":3}}`
	for name, test := range map[string]struct {
		change func(string) string
		same   bool
	}{
		"as it was": {func(s string) string { return s }, true},
		"the API server's own": {strings.NewReplacer(
			`"resourceVersion":"5","generation":3`, `"resourceVersion":"9","generation":4`, `"status":{"replicas":3}`, `"status":{}`,
		).Replace, true},
		"the recreate's own": {strings.NewReplacer(
			`"note":"x"`, `"note":"x","kubectl-sts.github.io/recreate":"{}"`, `"Delete"`, `"Retain"`,
		).Replace, true},
		"a label":       {strings.NewReplacer(`"a":"b"`, `"a":"c"`).Replace, false},
		"an annotation": {strings.NewReplacer(`"note":"x"`, `"note":"y"`).Replace, false},
		"a hold":        {strings.NewReplacer(`"note":"x"`, `"note":"x","kubectl-sts.github.io/hold":"{}"`).Replace, false},
		"a field":       {strings.NewReplacer(`"replicas":3,"p`, `"replicas":4,"p`).Replace, false},
		"another field": {strings.NewReplacer(`"replicas":3,"p`, `"replicas":3,"newer":1,"p`).Replace, false},
	} {
		t.Run(name, func(t *testing.T) {
			same, err := saved.Same([]byte(live), []byte(test.change(live)))
			require.NoError(t, err)
			require.Equal(t, test.same, same)
		})
	}
	_, err := saved.Same([]byte(live), []byte(`{}`))
	require.EqualError(t, err, "it lacks metadata or a spec")
}

func TestProbeHasNoName(t *testing.T) {
	got, err := saved.Probe([]byte(`{"metadata":{"name":"web"},"spec":{"big":123456789012345678901}}`))
	require.NoError(t, err)
	require.JSONEq(t, `{"metadata":{"generateName":"web-"},"spec":{"big":123456789012345678901}}`, string(got))
	require.Contains(t, string(got), "123456789012345678901", "no digit is lost")
}

// FuzzSaved reads what somebody else may have put into the ConfigMap.
func FuzzSaved(f *testing.F) {
	within := fuzztest.Bound(f)
	data, err := kept().Data()
	require.NoError(f, err)
	f.Add(data[saved.KeyRecord], data[saved.KeyManifest], data[saved.KeyBefore])
	f.Add(`{"version":1,"id":"x","name":"web","uid":"u","started":"2030-01-02T03:04:05Z"}`,
		`{"metadata":{},"spec":{}}`, `{"metadata":null,"spec":{"a":[]}}`)
	f.Fuzz(func(t *testing.T, record, manifest, before string) {
		defer within.Input(t)()
		reads(t, record, manifest, before)
	})
}

func reads(t *testing.T, record, manifest, before string) {
	t.Helper()
	s, err := saved.Read(map[string]string{saved.KeyRecord: record, saved.KeyManifest: manifest, saved.KeyBefore: before})
	if err != nil {
		return
	}
	_, _ = saved.Same(s.Before, s.Manifest)
	_, _ = saved.Probe(s.Manifest)
	data, err := s.Data()
	if err != nil {
		return
	}
	again, err := saved.Read(data)
	require.NoError(t, err)
	require.Equal(t, s.ID, again.ID)
	require.Equal(t, s.Pods, again.Pods)
}

// Whoever may not read the Secret knows all but the manifests.
func TestTheManifestsAreInASecret(t *testing.T) {
	s := kept()
	require.Empty(t, s.SecretName())
	require.Equal(t, "configmap kubectl-sts.web", s.Where())
	s.Secret, s.ID = true, "ABC2"
	require.Equal(t, "kubectl-sts.web.abc2", s.SecretName())
	require.Equal(t, "secret kubectl-sts.web.abc2", s.Where())
	data, err := s.Data()
	require.NoError(t, err)
	delete(data, saved.KeyManifest)
	delete(data, saved.KeyBefore)
	record, err := saved.Record(data)
	require.NoError(t, err)
	s.Manifest, s.Before = nil, nil
	require.Equal(t, &s, record)
	_, err = saved.Read(data)
	require.Error(t, err)
}

package request_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/kubectl-sts/kubectl-sts/pkg/check/request"
	"github.com/kubectl-sts/kubectl-sts/test/fuzz/fuzztest"
)

func TestParsePrometheus(t *testing.T) {
	for text, want := range map[string]request.Prometheus{
		"http://prom:9090":                       {URL: "http://prom:9090"},
		"https://example.com/prometheus/":        {URL: "https://example.com/prometheus"},
		"svc/monitoring/prometheus:9090":         {Namespace: "monitoring", Service: "prometheus", Port: "9090"},
		"svc/monitoring/https:prometheus:web":    {Namespace: "monitoring", Service: "prometheus", Port: "web", TLS: true},
		"svc/monitoring/mimir:80/prometheus/":    {Namespace: "monitoring", Service: "mimir", Port: "80", Path: "/prometheus"},
		"svc/monitoring/thanos-query.x:10902///": {Namespace: "monitoring", Service: "thanos-query.x", Port: "10902"},
	} {
		got, err := request.ParsePrometheus(text)
		require.NoError(t, err, text)
		require.Equal(t, want, got, text)
	}
}

func TestNamesForTheProxyOfTheAPIServer(t *testing.T) {
	for text, want := range map[string]string{
		"svc/monitoring/prometheus:9090":      "prometheus:9090",
		"svc/monitoring/https:prometheus:web": "https:prometheus:web",
	} {
		p, err := request.ParsePrometheus(text)
		require.NoError(t, err)
		require.Equal(t, want, p.Name())
	}
}

func TestParsePrometheusRejects(t *testing.T) {
	const form = "the address of Prometheus is http[s]://HOST[:PORT][/PATH], or svc/NAMESPACE/NAME:PORT"
	for text, want := range map[string]string{
		"":                       "there is no address",
		":9090":                  form,
		"http://prom/?a=b":       form,
		"http://me:x@prom/":      "the address has a user or a password in it, which would be shown and recorded",
		"svc/monitoring":         `"svc/monitoring" is no svc/NAMESPACE/NAME:PORT`,
		"svc/monitoring/prom":    `"svc/monitoring/prom" is no svc/NAMESPACE/NAME:PORT`,
		"svc/monitoring/prom:0":  `"svc/monitoring/prom:0" is no svc/NAMESPACE/NAME:PORT`,
		"svc/a/prom:80/../../x":  `"svc/a/prom:80/../../x" is no svc/NAMESPACE/NAME:PORT`,
		"svc/a/pr%6fm:80":        `"svc/a/pr%6fm:80" is no svc/NAMESPACE/NAME:PORT`,
		"svc/../prom:80":         `"svc/../prom:80" is no svc/NAMESPACE/NAME:PORT`,
		"svc/a/me@prom:80":       `"svc/a/me@prom:80" is no svc/NAMESPACE/NAME:PORT`,
		"prometheus.monitoring:": `address "prometheus.monitoring:" is neither [http[s]://]:PORT/PATH, in each pod, nor http[s]://HOST/PATH`, //nolint:lll // one text
	} {
		_, err := request.ParsePrometheus(text)
		require.EqualError(t, err, want, text)
	}
}

func FuzzPrometheus(f *testing.F) {
	for _, text := range []string{"http://prom:9090", "svc/a/b:80", "svc/a/https:b:web/x", "svc/../b:80", "svc/a/b:80/..", ":80"} {
		f.Add(text)
	}
	within := fuzztest.Bound(f)
	f.Fuzz(func(t *testing.T, text string) {
		defer within.Input(t)()
		p, err := request.ParsePrometheus(text)
		if err != nil {
			fuzztest.OneLine(t, err)
			return
		}
		require.NotEqual(t, p.URL == "", p.Service == "", "it is one of the two")
	})
}

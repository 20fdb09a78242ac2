package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestParse(t *testing.T) {
	got, err := parse("# POD RATE SECONDS\nweb-0 50 0.04\n\n  web-1\t0  1.5\n")
	require.NoError(t, err)
	require.Equal(t, []load{{"web-0", 50, 0.04}, {"web-1", 0, 1.5}}, got)
	for text, want := range map[string]string{
		"web-0 50":                  "line 1: it is POD REQUESTS-PER-SECOND SECONDS",
		"\nweb/0 50 1":              "line 2: it is POD REQUESTS-PER-SECOND SECONDS",
		"web-0 x 1":                 `line 1: "x" is no number from 0 to 10000`,
		"web-0 NaN 1":               `line 1: "NaN" is no number from 0 to 10000`,
		"web-0 1 -1":                `line 1: "-1" is no number from 0 to 10000`,
		"web-0 50 1\nweb-0 50 0.04": "line 2: pod web-0 is there already",
	} {
		_, err := parse(text)
		require.EqualError(t, err, want)
	}
}

// What a script relies on: when its pods are taken, a rate is of what they do now; a pod
// that comes again is another process; one that is away has no series.
func TestServer(t *testing.T) {
	s, err := newServer(t.TempDir(), 100*time.Millisecond, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.stop()) })
	var answers http.Handler
	at := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answers.ServeHTTP(w, r) }))
	t.Cleanup(at.Close)
	answers = s.start(strings.TrimPrefix(at.URL, "http://"))

	const p99 = `histogram_quantile(0.99, sum by (pod, le) (rate(http_request_duration_seconds_bucket[1h])))`
	put(t, at.URL, "web-0 100 0.04\nweb-1 0 0.04")
	got := ask(t, at.URL, p99)
	quantile(t, 0.04975, got["web-0"])
	require.Equal(t, "NaN", got["web-1"])
	require.Len(t, got, 2)
	require.Equal(t, map[string]string{"web-0": "1", "web-1": "1"}, ask(t, at.URL, "up"))
	put(t, at.URL, "web-1 1000 0.4")
	require.Equal(t, map[string]string{"web-1": "1"}, ask(t, at.URL, "up"))
	put(t, at.URL, "web-0 0 0.04\nweb-1 0 0.4")
	require.Equal(t, map[string]string{"web-0": "0"}, ask(t, at.URL, `http_requests_total{pod="web-0"}`))
	require.Equal(t, map[string]string{"web-0": "1"}, ask(t, at.URL, `resets(http_requests_total{pod="web-0"}[1h])`))
	quantile(t, 0.4975, ask(t, at.URL, p99)["web-1"])
}

// quantile compares a quantile as arithmetic gives it: its last digit is that of a rate,
// which is divided by whatever time lies between two scrapes.
func quantile(t *testing.T, want float64, got string) {
	t.Helper()
	value, err := strconv.ParseFloat(got, 64)
	require.NoError(t, err)
	require.InEpsilon(t, want, value, 1e-9)
}

// Scrapes in quick succession, after a pause of the machine, are no rate.
func TestScrapesThatShowNothingNewDoNotCount(t *testing.T) {
	now := time.Now()
	p := newPods()
	done := p.set([]load{{"web-0", 10, 0.1}, {"web-1", 0, 0.1}}, now)
	busy, idle := p.all["web-0"], p.all["web-1"]
	for range enough {
		p.scrape(busy)
		p.scrape(idle)
	}
	require.Equal(t, 0, busy.scrapes)
	require.Equal(t, enough, idle.scrapes)
	for i := range enough {
		require.Equal(t, i, busy.scrapes)
		now = now.Add(100 * time.Millisecond)
		busy.count(now)
		p.scrape(busy)
	}
	<-done
}

func put(t *testing.T, at, pods string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPut, at+"/pods", strings.NewReader(pods))
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer answer.Body.Close()
	said, err := io.ReadAll(answer.Body)
	require.NoError(t, err)
	require.Equal(t, http.StatusOK, answer.StatusCode, string(said))
}

// ask is the answer for each pod.
func ask(t *testing.T, at, query string) map[string]string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at+"/api/v1/query?query="+url.QueryEscape(query), http.NoBody)
	require.NoError(t, err)
	answer, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer answer.Body.Close()
	var said struct {
		Data struct {
			Result []struct {
				Metric map[string]string
				Value  [2]any
			}
		}
	}
	require.NoError(t, json.NewDecoder(answer.Body).Decode(&said))
	out := map[string]string{}
	for _, series := range said.Data.Result {
		out[series.Metric["pod"]], _ = series.Value[1].(string)
	}
	return out
}

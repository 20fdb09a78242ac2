package measure

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"

	"github.com/kubectl-sts/kubectl-sts/pkg/check"
	"github.com/kubectl-sts/kubectl-sts/pkg/check/request"
)

var errNoDial = errors.New("there is no way to the ports of pods")

// http asks each pod, or the one address that a check names.
func (m *Measurer) http(ctx context.Context, c check.Check, on check.Scope) []check.Reading {
	address, err := request.Parse(c.URL)
	if err != nil {
		return []check.Reading{unknown("", err)}
	}
	expected, err := request.ParseExpectation(c.Expected())
	if err != nil {
		return []check.Reading{unknown("", err)}
	}
	if address.Host != "" {
		return []check.Reading{ask(ctx, "", address.URL(address.Host), expected, http.DefaultTransport)}
	}
	return everywhere(on.Pods, func(pod check.Pod) check.Reading {
		if m.Dial == nil {
			return unknown(pod.Name, errNoDial)
		}
		transport := &http.Transport{
			DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return m.Dial.DialPod(ctx, pod.Name, address.Port)
			},
			// As with a kubelet's probes, nobody signs for the names that pods have: the
			// way to the pod is the API server's, which is verified.
			TLSClientConfig:   &tls.Config{InsecureSkipVerify: true}, //nolint:gosec // see above
			DisableKeepAlives: true,
		}
		defer transport.CloseIdleConnections()
		return ask(ctx, pod.Name, address.URL(host(on, pod, address.Port)), expected, transport)
	})
}

// host is the name that a pod is asked by: that of its DNS record.
func host(on check.Scope, pod check.Pod, port int) string {
	name := pod.Name
	if on.Service != "" {
		name += "." + on.Service + "." + on.Namespace + ".svc"
	}
	return fmt.Sprintf("%s:%d", name, port)
}

// mostBody is how many bytes of an answer are read to be judged.
const mostBody = 1 << 20

// ask sends one request and judges the answer. Redirects are answers.
func ask(ctx context.Context, pod, at string, expected request.Expectation, by http.RoundTripper) check.Reading {
	if ctx.Err() != nil {
		return unknown(pod, failing(ctx, ctx.Err()))
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, at, http.NoBody)
	if err != nil {
		return unknown(pod, plain(err))
	}
	req.Header.Set("User-Agent", "kubectl-sts")
	answer, err := by.RoundTrip(req)
	if err != nil {
		return unknown(pod, failing(ctx, plain(err)))
	}
	defer answer.Body.Close()
	var body []byte
	if expected.WantsBody() {
		body, err = io.ReadAll(io.LimitReader(answer.Body, mostBody+1))
		switch {
		case err != nil:
			return unknown(pod, failing(ctx, plain(err)))
		case len(body) > mostBody:
			return unknown(pod, fmt.Errorf("the answer is longer than %d bytes", mostBody))
		}
	}
	met, said, err := expected.Judge(answer.StatusCode, body)
	switch {
	case err != nil:
		return unknown(pod, err)
	case met:
		return check.Reading{Pod: pod, Verdict: check.Pass, Message: words(said)}
	}
	return check.Reading{Pod: pod, Verdict: check.Fail, Message: words(said)}
}

// plain is an error without the address in it, which is known, and may be long.
func plain(err error) error {
	var of *url.Error
	if errors.As(err, &of) {
		err = of.Err
	}
	var dialed *net.OpError
	if errors.As(err, &dialed) && dialed.Op == "dial" && dialed.Addr != nil {
		return fmt.Errorf("no connection to %s: %s", dialed.Addr, strings.TrimPrefix(dialed.Err.Error(), "connect: "))
	}
	return err
}

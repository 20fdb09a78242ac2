package measure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/prometheus/client_golang/api"
	v1 "github.com/prometheus/client_golang/api/prometheus/v1"
	"github.com/prometheus/common/model"
)

// Prometheus is where queries are sent, and how.
type Prometheus struct {
	URL string // without a query
	// By sends the requests; nil for the usual way.
	By http.RoundTripper
	// Token is asked for before each request; nil for none. It must be nil where the
	// API server is the way, which would take the token for its own.
	Token func() (string, error)
}

// TokenFile reads a token from a file, each time anew: it may be renewed meanwhile.
func TokenFile(name string) func() (string, error) {
	return func() (string, error) {
		text, err := os.ReadFile(name)
		if err != nil {
			return "", fmt.Errorf("the token for Prometheus: %w", err)
		}
		return strings.TrimSpace(string(text)), nil
	}
}

// query sends one query and waits for its answer. What the answer warns of makes it
// one that does not count: it may be of a part of the data only.
func (p *Prometheus) query(ctx context.Context, text string) (model.Value, error) {
	by := p.By
	if by == nil {
		by = http.DefaultTransport
	}
	client, err := api.NewClient(api.Config{
		Address: p.URL,
		Client: &http.Client{
			Transport: getter{by, p.Token},
			CheckRedirect: func(*http.Request, []*http.Request) error {
				return http.ErrUseLastResponse // the token is for this address alone
			},
		},
	})
	if err != nil {
		return nil, err
	}
	// Without a time Prometheus takes its own: the cluster's clock is another.
	value, warnings, err := v1.NewAPI(client).Query(ctx, text, time.Time{})
	switch {
	case err != nil:
		return nil, failing(ctx, refused(err))
	case len(warnings) > 0:
		return nil, fmt.Errorf("the answer may be partial: %s", strings.Join(warnings, "; "))
	}
	return value, nil
}

// notRead is how the client says that it does not read a type of answer: of those that
// Prometheus has, a string is the one.
const notRead = `unexpected value type `

// refused words an error of Prometheus, or of what stands before it.
func refused(err error) error {
	var of *v1.Error
	var sent *url.Error
	switch {
	case errors.As(err, &sent), errors.Is(err, errTooLong):
		return plain(err)
	case strings.Contains(err.Error(), notRead+`"string"`):
		return errors.New("the query's answer is a string, and a number, or one for each pod, is wanted")
	case !errors.As(err, &of): // it could not be read
		return fmt.Errorf("the answer is none of Prometheus: %w", err)
	case of.Type == v1.ErrBadResponse:
		return fmt.Errorf("the answer is none of Prometheus: %s", of.Msg)
	case of.Detail != "" && of.Type != v1.ErrBadData:
		return fmt.Errorf("%s: %s", of.Msg, status(of.Detail))
	}
	return fmt.Errorf("the query is refused: %s", of.Msg)
}

// status is the message where an answer is a Status of the API server, and otherwise
// the answer.
func status(body string) string {
	var of struct{ Kind, Message string }
	if json.Unmarshal([]byte(body), &of) == nil && of.Kind == "Status" && of.Message != "" {
		return of.Message
	}
	return body
}

// getter sends each request as a GET: the permission to get services/proxy is enough
// for that where the API server is the way.
type getter struct {
	next  http.RoundTripper
	token func() (string, error)
}

// mostAnswer is how many bytes an answer of Prometheus may have.
const mostAnswer = 4 << 20

var errTooLong = fmt.Errorf("the answer is longer than %d bytes", mostAnswer)

// RoundTrip sends one.
func (g getter) RoundTrip(asked *http.Request) (*http.Response, error) {
	req := asked.Clone(asked.Context())
	if asked.Method == http.MethodPost {
		form, err := io.ReadAll(asked.Body)
		_ = asked.Body.Close()
		if err != nil {
			return nil, err
		}
		at := *asked.URL
		at.RawQuery = strings.TrimPrefix(at.RawQuery+"&"+string(form), "&")
		req.Method, req.URL, req.Body, req.GetBody, req.ContentLength = http.MethodGet, &at, http.NoBody, nil, 0
		req.Header.Del("Content-Type")
	}
	req.Header.Set("User-Agent", "kubectl-sts")
	if g.token != nil {
		token, err := g.token()
		if err != nil {
			return nil, err
		}
		if token != "" {
			req.Header.Set("Authorization", "Bearer "+token)
		}
	}
	answer, err := g.next.RoundTrip(req)
	if err != nil {
		return nil, hidden{req.URL, err}
	}
	answer.Body = &bounded{ReadCloser: answer.Body, left: mostAnswer}
	return answer, nil
}

// hidden is an error of a request whose address, with the query in it, is not repeated.
type hidden struct {
	at *url.URL
	error
}

func (h hidden) Error() string { return strings.ReplaceAll(h.error.Error(), h.at.String(), h.at.Host) }
func (h hidden) Unwrap() error { return h.error }

// bounded is an answer that fails where it is too long.
type bounded struct {
	io.ReadCloser
	left int
}

// Read reads on.
func (b *bounded) Read(into []byte) (int, error) {
	n, err := b.ReadCloser.Read(into)
	if b.left -= n; b.left < 0 {
		return 0, errTooLong
	}
	return n, err
}

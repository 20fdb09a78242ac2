// Package auditlog reads the API server's log of requests.
package auditlog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"
)

// PluginAgent is what the plugin's user agent begins with.
const PluginAgent = "kubectl-sts/"

// Request is one line of the log.
type Request struct {
	Received   time.Time `json:"requestReceivedTimestamp"`
	Verb       string    `json:"verb"`
	UserAgent  string    `json:"userAgent"`
	Stage      string    `json:"stage"`
	RequestURI string    `json:"requestURI"`
	User       struct {
		Username string `json:"username"`
	} `json:"user"`
	ObjectRef struct {
		Resource    string `json:"resource"`
		Subresource string `json:"subresource"`
		Name        string `json:"name"`
		Namespace   string `json:"namespace"`
	} `json:"objectRef"`
	ResponseStatus struct {
		Code int `json:"code"`
	} `json:"responseStatus"`
}

func (r Request) String() string {
	return fmt.Sprintf("%s %s %s by %s: %d", r.Received.Format("15:04:05.000"), r.Verb, r.RequestURI, r.UserAgent, r.ResponseStatus.Code)
}

// Write reports whether the request was meant to change something.
func (r Request) Write() bool {
	return slices.Contains([]string{"create", "update", "patch", "delete", "deletecollection"}, r.Verb) &&
		!strings.Contains(r.RequestURI, "dryRun=") && !strings.HasPrefix(r.ObjectRef.Resource, "selfsubject") // a question
}

// Requests are those about things in a namespace that the log has from there on.
func Requests(log, namespace string, from int64) ([]Request, error) {
	text, err := ReadFrom(log, from)
	if err != nil {
		return nil, err
	}
	var out []Request
	for line := range bytes.Lines(text) {
		if !bytes.Contains(line, []byte(namespace)) {
			continue
		}
		r, ok, err := Parse(line)
		if err != nil {
			return nil, err
		}
		if ok && r.ObjectRef.Namespace == namespace {
			out = append(out, r)
		}
	}
	return out, nil
}

// Parse reads one line of the log, and reports whether it is a whole one that
// tells of a request.
func Parse(line []byte) (r Request, ok bool, err error) {
	// A mark may stand in the middle of somebody else's line, and the last
	// one may still be being written.
	if !bytes.HasPrefix(line, []byte("{")) || !bytes.HasSuffix(line, []byte("\n")) {
		return r, false, nil
	}
	if err := json.Unmarshal(line, &r); err != nil {
		return r, false, fmt.Errorf("audit log: %w", err)
	}
	// A watch has two lines: when it began and when it ended.
	return r, (r.Stage == "ResponseComplete") != (r.Verb == "watch"), nil
}

// ReadFrom is what a file has from there on.
func ReadFrom(name string, from int64) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close() //nolint:errcheck // it was only read
	if _, err := file.Seek(from, io.SeekStart); err != nil {
		return nil, err
	}
	return io.ReadAll(file)
}

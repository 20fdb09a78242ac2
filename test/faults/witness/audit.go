package witness

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"

	"github.com/kubectl-sts/kubectl-sts/test/auditlog"
)

// Audit follows the API server's log of requests, for all namespaces that begin
// with a prefix.
type Audit struct {
	client kubernetes.Interface
	log    string
	prefix string

	mu     sync.Mutex
	writes map[string][]auditlog.Request // by namespace
	marks  map[string]chan struct{}      // closed when the log has come to a marker
	asked  int
}

// markers are names of objects that do not exist.
const markers = "marker-"

// Follow begins to read the log where it ends now; it ends with the context.
func Follow(ctx context.Context, client kubernetes.Interface, log, prefix string) (*Audit, error) {
	a := &Audit{
		client: client, log: log, prefix: prefix,
		writes: map[string][]auditlog.Request{}, marks: map[string]chan struct{}{},
	}
	file, err := os.Open(log)
	if err != nil {
		return nil, err
	}
	if _, err := file.Seek(0, io.SeekEnd); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	go a.follow(ctx, file)
	return a, nil
}

// follow reads line by line. A log that is full goes on in another file of the
// same name.
func (a *Audit) follow(ctx context.Context, file *os.File) {
	defer func() { _ = file.Close() }()
	lines, begun := bufio.NewReaderSize(file, 1<<16), ""
	for {
		text, err := lines.ReadString('\n')
		if begun += text; err == nil {
			a.read(begun)
			begun = ""
			continue
		}
		if next, ok := a.rotated(file); ok {
			_ = file.Close()
			file, begun = next, ""
			lines.Reset(file)
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// rotated opens the file that has taken the place of this one.
func (a *Audit) rotated(file *os.File) (*os.File, bool) {
	now, err := os.Stat(a.log)
	if err != nil {
		return nil, false
	}
	was, err := file.Stat()
	if err != nil || os.SameFile(was, now) {
		return nil, false
	}
	next, err := os.Open(a.log)
	return next, err == nil
}

// read keeps a write in the namespace of what it was about; one that is about a
// volume names the namespace in its user agent.
func (a *Audit) read(line string) {
	if !strings.Contains(line, a.prefix) {
		return
	}
	r, ok, err := auditlog.Parse([]byte(line))
	if err != nil || !ok {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if name := r.ObjectRef.Name; strings.HasPrefix(name, markers) {
		if mark, ok := a.marks[name]; ok {
			close(mark)
			delete(a.marks, name)
		}
		return
	}
	namespace := r.ObjectRef.Namespace
	if _, of, tagged := strings.Cut(r.UserAgent, " run "); tagged && namespace == "" {
		namespace, _, _ = strings.Cut(of, "/")
	}
	if strings.HasPrefix(namespace, a.prefix) && r.Write() {
		a.writes[namespace] = append(a.writes[namespace], r)
	}
}

// Writes are those in a namespace up to now.
func (a *Audit) Writes(ctx context.Context, namespace string) ([]auditlog.Request, error) {
	a.mu.Lock()
	a.asked++
	marker, mark := fmt.Sprintf("%s%d", markers, a.asked), make(chan struct{})
	a.marks[marker] = mark
	a.mu.Unlock()
	// The log is written after the answer, so it is only complete up to a request of
	// our own.
	_, _ = a.client.CoreV1().ConfigMaps(namespace).Get(ctx, marker, metav1.GetOptions{})
	select {
	case <-mark:
	case <-ctx.Done():
		return nil, fmt.Errorf("%s is not in the audit log", marker)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return append([]auditlog.Request(nil), a.writes[namespace]...), nil
}

// Forget drops what was read about a namespace.
func (a *Audit) Forget(namespace string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.writes, namespace)
}

package kubetest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"path"
	"reflect"
	"strconv"
	"strings"
	"sync"

	"google.golang.org/protobuf/encoding/protowire"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
)

// What a real 1.36 API server answers.
var (
	// Stale is a JSON patch of which a test did not hold.
	Stale = metav1.Status{
		Code: http.StatusUnprocessableEntity, Reason: metav1.StatusReasonInvalid,
		Message: "the server rejected our request due to an error in our request", Details: &metav1.StatusDetails{},
	}
	// Invalid is an object that does not validate.
	Invalid = metav1.Status{
		Code: http.StatusUnprocessableEntity, Reason: metav1.StatusReasonInvalid,
		Message: `StatefulSet.apps "web" is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0`,
		Details: &metav1.StatusDetails{Name: "web", Group: "apps", Kind: "StatefulSet", Causes: []metav1.StatusCause{
			{Type: metav1.CauseTypeFieldValueInvalid, Message: "Invalid value: -1", Field: "spec.replicas"},
		}},
	}
	// Gone is the answer where there is no such set.
	Gone = metav1.Status{
		Code: http.StatusNotFound, Reason: metav1.StatusReasonNotFound, Message: `statefulsets.apps "web" not found`,
		Details: &metav1.StatusDetails{Name: "web", Group: "apps", Kind: "statefulsets"},
	}
	// NoLogin is what is said of expiredLogin.
	NoLogin = "the API server at http://apiserver does not accept your credentials (log in again?)"
	// ExpiredLogin is a token that counts no more.
	ExpiredLogin = metav1.Status{Code: http.StatusUnauthorized, Reason: metav1.StatusReasonUnauthorized, Message: "Unauthorized"}
)

// Strictly is strict field validation's no, which names no kind either and
// holds the whole object.
func Strictly(words string) http.HandlerFunc {
	status := Stale
	status.Message = ` "" is invalid: patch: Invalid value: "{\"kind\":\"StatefulSet\",\"spec\":{}}": strict decoding error: ` + words
	status.Details = &metav1.StatusDetails{Causes: []metav1.StatusCause{
		{Type: metav1.CauseTypeFieldValueInvalid, Message: status.Message, Field: "patch"},
	}}
	return Failed(status)
}

// Forbidden is RBAC's no.
func Forbidden(user, verb, resource, group string) http.HandlerFunc {
	return Failure(http.StatusForbidden, resource+` "web" is forbidden: User "`+user+`" cannot `+verb+
		` resource "`+resource+`" in API group "`+group+`" in the namespace "default"`)
}

// Cut is a connection that ends in the middle of an answer.
func Cut(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Length", "1000")
	_, _ = io.WriteString(w, `{"kind":`)
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// After answers so often with something else first.
func After(times int, first, then http.HandlerFunc) http.HandlerFunc {
	var mu sync.Mutex
	return func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		left := times
		times--
		mu.Unlock()
		if left > 0 {
			first(w, r)
			return
		}
		then(w, r)
	}
}

// Afterwards answers all pages but the first so often with something else first.
func Afterwards(times int, first, then http.HandlerFunc) http.HandlerFunc {
	later := After(times, first, then)
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("continue") == "" {
			then(w, r)
			return
		}
		later(w, r)
	}
}

// Busy is an API server that starts.
var Busy = Failure(http.StatusServiceUnavailable, "apiserver is starting")

// Silent never answers.
func Silent(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }

// Drop ends the connection without an answer.
func Drop(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// Paged answers page by page, as the API server does.
func Paged[T runtime.Object](objs ...T) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		from, _ := strconv.Atoi(r.URL.Query().Get("continue"))
		limit, err := strconv.Atoi(r.URL.Query().Get("limit"))
		if err != nil {
			limit = len(objs)
		}
		to := min(from+limit, len(objs))
		meta := map[string]string{"resourceVersion": "100"}
		if to < len(objs) {
			meta["continue"] = strconv.Itoa(to)
		}
		w.Header().Set("Content-Type", runtime.ContentTypeJSON)
		_ = json.NewEncoder(w).Encode(map[string]any{"metadata": meta, "items": append([]T{}, objs[from:to]...)})
	}
}

// Event is one event of a watch.
func Event(kind watch.EventType, obj runtime.Object) string {
	return fmt.Sprintf(`{"type":%q,"object":%s}`+"\n", kind, Wire(obj))
}

// message is an object that the API server also writes as protobuf.
type message interface {
	Marshal() ([]byte, error)
}

// Protobuf is a list as the API server writes it as protobuf.
func Protobuf[T message](about metav1.ListMeta, objs ...T) []byte {
	of := reflect.TypeFor[T]().Elem() // k8s.io/api/GROUP/VERSION.KIND
	group, version := path.Split(strings.TrimPrefix(of.PkgPath(), "k8s.io/api/"))
	kind := runtime.TypeMeta{APIVersion: strings.TrimPrefix(group+version, "core/"), Kind: of.Name() + "List"}
	list := protowire.AppendTag(nil, 1, protowire.BytesType)
	list = protowire.AppendBytes(list, marshaled(&about))
	for _, obj := range objs {
		list = protowire.AppendTag(list, 2, protowire.BytesType)
		list = protowire.AppendBytes(list, marshaled(obj))
	}
	return append([]byte("k8s\x00"), marshaled(&runtime.Unknown{TypeMeta: kind, Raw: list})...)
}

func marshaled(m message) []byte {
	out, err := m.Marshal()
	if err != nil {
		panic(err)
	}
	return out
}

// Package jsonpatch makes JSON patches (RFC 6902) and knows when one was refused.
package jsonpatch

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Operation is one operation of a JSON patch.
type Operation struct {
	Op    string `json:"op"`
	Path  string `json:"path"`
	Value any    `json:"value"` // for a test, nil stands for absent
}

// Test pins what is at the path; nil stands for nothing.
func Test(path string, value any) Operation { return Operation{"test", path, value} }

// Add puts a value there, whatever was.
func Add(path string, value any) Operation { return Operation{"add", path, value} }

// Replace puts a value in the place of another.
func Replace(path string, value any) Operation { return Operation{"replace", path, value} }

// Remove takes away what is there.
func Remove(path string) Operation { return Operation{Op: "remove", Path: path} }

// Pointer is the path of what these names lead to.
func Pointer(names ...string) string {
	path := ""
	for _, name := range names {
		path += "/" + pointer.Replace(name)
	}
	return path
}

// Annotation is the path of an annotation.
func Annotation(key string) string { return Pointer("metadata", "annotations", key) }

// pointer escapes a key for a JSON pointer (RFC 6901).
var pointer = strings.NewReplacer("~", "~0", "/", "~1")

// rejected is all that the API server says about a JSON patch that it could
// not apply; which operation it was stays in its log.
const rejected = "the server rejected our request due to an error in our request"

// TestFailed reports whether a JSON patch came back because one of its tests
// did not hold: they come first, and what follows fits the object that they
// pin. The API server answers 422 and, unlike for an invalid object, names no
// kind. Should it ever tell more, the patch library's words are among the
// causes.
func TestFailed(err error) bool {
	var status apierrors.APIStatus
	if !errors.As(err, &status) || status.Status().Code != http.StatusUnprocessableEntity {
		return false
	}
	details := status.Status().Details
	if details == nil || details.Kind == "" && len(details.Causes) == 0 {
		return status.Status().Message == rejected
	}
	return details.Kind == "" && slices.ContainsFunc(details.Causes, func(cause metav1.StatusCause) bool {
		return strings.HasPrefix(cause.Message, "testing value") || strings.HasPrefix(cause.Message, "test operation")
	})
}

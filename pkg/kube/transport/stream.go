package transport

import (
	"bufio"
	"context"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// Each lists like [Resource.List], and passes each object on while the answer is
// still being read, so that a page may be long: no more than one object of it is
// in memory. The object is the same one each time: what is to be kept of it is copied,
// but for what it points to. Fields that nobody needs, like spec.containers, may be left
// out of an answer in protobuf. It returns the token of the next page, "" on the last.
// After an error objects may have been passed on.
func (r Resource[O, L]) Each(ctx context.Context, opts metav1.ListOptions, without []string, each func(O)) (string, error) {
	fields, err := omit(r.object(), without...)
	if err != nil {
		return "", err
	}
	body, err := r.about(r.group.Get(), "").VersionedParams(&opts, r.parameters).Timeout(seconds(opts.TimeoutSeconds)).Stream(ctx)
	if err != nil {
		return "", err
	}
	defer body.Close()
	in := bufio.NewReaderSize(body, 1<<16)
	if magic, err := in.Peek(len(protobufMagic)); err != nil || string(magic) != protobufMagic {
		return r.eachOfWhole(in, each) // a server or a proxy that speaks only JSON
	}
	if _, err := in.Discard(len(protobufMagic)); err != nil {
		return "", err
	}
	out := r.object()
	message, ok := any(out).(interface {
		Reset()
		Unmarshal(dAtA []byte) error
	})
	if !ok {
		return "", fmt.Errorf("%T is not read as protobuf", out)
	}
	return protobufList(in, func(object []byte) error {
		message.Reset()
		object, err := fields.from(object)
		if err != nil {
			return err
		}
		if err := message.Unmarshal(object); err != nil {
			return err
		}
		each(out)
		return nil
	})
}

// eachOfWhole reads the answer to its end before it passes anything on.
func (r Resource[O, L]) eachOfWhole(in io.Reader, each func(O)) (string, error) {
	whole, err := io.ReadAll(in)
	switch {
	case err != nil:
		return "", err
	case len(whole) == 0:
		return "", io.ErrUnexpectedEOF
	}
	list := r.list()
	switch got, _, err := r.json.Decode(whole, nil, list); {
	case err != nil:
		return "", err
	case got != runtime.Object(list):
		return "", fmt.Errorf("the answer is %T and no list", got)
	}
	if err := meta.EachListItem(list, func(object runtime.Object) error {
		one, ok := object.(O)
		if !ok {
			return fmt.Errorf("%T is among the answers", object)
		}
		each(one)
		return nil
	}); err != nil {
		return "", err
	}
	about, err := meta.ListAccessor(list)
	if err != nil {
		return "", err
	}
	return about.GetContinue(), nil
}

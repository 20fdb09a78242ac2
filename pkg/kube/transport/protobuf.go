package transport

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// protobufMagic begins what the API server sends as protobuf. A message of type
// runtime.Unknown follows, whose second field is the object. The second field of a
// list is an object of it, as often as there are any. The first fields are the kind
// and the list's metadata (k8s.io/apimachinery/pkg/runtime/serializer/protobuf).
const protobufMagic = "k8s\x00"

// biggestObject bounds what is kept of an answer at a time, in bytes. etcd takes
// objects of 1.5 MiB.
const biggestObject = 32 << 20

// errTwoLists is for an answer that says twice what it is. Of such a message the last
// counts, and the first has been passed on by then. No server sends one.
var errTwoLists = errors.New("the answer has two lists")

// protobufList reads a list that follows the magic. It passes on the bytes of each
// object, which are valid until each returns, and returns the token of the next
// page. An answer that ends before it says it does is [io.ErrUnexpectedEOF].
func protobufList(in *bufio.Reader, each func(object []byte) error) (string, error) {
	found, buffer := false, &bytes.Buffer{}
	var about metav1.ListMeta // parts of a message are one, however often they come
	err := (&message{in, -1}).fields(func(number uint64, field *message) error {
		switch number {
		case 1:
			var kind runtime.TypeMeta
			if err := field.into(buffer, kind.Unmarshal); err != nil {
				return err
			}
			if kind.Kind != "" && !strings.HasSuffix(kind.Kind, "List") {
				return fmt.Errorf("the answer is %q and no list", kind.Kind)
			}
		case 2:
			if found {
				return errTwoLists
			}
			found = true
			return field.fields(func(number uint64, field *message) error {
				switch number {
				case 1:
					return field.into(buffer, about.Unmarshal)
				case 2:
					return field.into(buffer, each)
				}
				return nil
			})
		}
		return nil
	})
	if err == nil && !found {
		err = io.ErrUnexpectedEOF
	}
	return about.Continue, err
}

// message is a protobuf message that is read as it comes.
type message struct {
	in   *bufio.Reader
	left int64 // bytes of it, below 0 when it ends where in does
}

// fields passes on the fields of this message that are bytes, strings or messages.
// What is not read of one is skipped, and so are fields of other types.
func (m *message) fields(each func(number uint64, field *message) error) error {
	for m.left != 0 {
		if m.left < 0 {
			if _, err := m.in.Peek(1); errors.Is(err, io.EOF) {
				return nil
			}
		}
		tag, err := binary.ReadUvarint(m)
		if err != nil {
			return cut(err)
		}
		skip := int64(0)
		switch tag & 7 { // the type
		case 0:
			_, err = binary.ReadUvarint(m)
		case 1:
			skip = 8
		case 2:
			var field *message
			if field, err = m.field(); err == nil {
				if err = each(tag>>3, field); err == nil {
					err = field.skip(field.left)
				}
			}
		case 5:
			skip = 4
		default:
			return fmt.Errorf("the answer is not protobuf: a field of type %d", tag&7)
		}
		if err == nil {
			err = m.skip(skip)
		}
		if err != nil {
			return cut(err)
		}
	}
	return nil
}

// field begins a field of which the length comes first.
func (m *message) field() (*message, error) {
	length, err := binary.ReadUvarint(m)
	switch {
	case err != nil:
		return nil, err
	case length > math.MaxInt64 || m.left >= 0 && int64(length) > m.left:
		return nil, fmt.Errorf("the answer is not protobuf: a field of %d bytes", length)
	case m.left >= 0:
		m.left -= int64(length)
	}
	return &message{m.in, int64(length)}, nil
}

// into passes on all of this message.
func (m *message) into(buffer *bytes.Buffer, use func([]byte) error) error {
	if m.left > biggestObject {
		return fmt.Errorf("the answer has an object of %d bytes", m.left)
	}
	buffer.Reset()
	if _, err := io.CopyN(buffer, m.in, m.left); err != nil {
		return err
	}
	m.left = 0
	return use(buffer.Bytes())
}

func (m *message) skip(n int64) error {
	if m.left >= 0 && n > m.left {
		return io.ErrUnexpectedEOF
	}
	if m.left > 0 {
		m.left -= n
	}
	_, err := io.CopyN(io.Discard, m.in, n)
	return err
}

// ReadByte is [io.ByteReader].
func (m *message) ReadByte() (byte, error) {
	if m.left == 0 {
		return 0, io.ErrUnexpectedEOF
	}
	b, err := m.in.ReadByte()
	if err == nil && m.left > 0 {
		m.left--
	}
	return b, err
}

// cut is the error of an answer that ended too early.
func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

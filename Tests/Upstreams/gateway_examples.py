"""Request bodies exactly as five public gateways print them in their documentation."""

SEEDANCE_2 = r'''{
    "model": "doubao-seedance-2-0-260128",
    "prompt": "First-person POV throughout, using the composition of video 1 and audio 1 as background music. A first-person fruit-tea promo for AVG \"WSAI\" Apple Fruit Tea limited edition; first frame is image 1, your hand picks a dew-covered Aksu red apple with a crisp snap; 2-4s: quick cut, your hand drops apple chunks into a shaker with ice and tea base, shakes vigorously, ice and shaking sounds sync to upbeat drums, voiceover: \"Freshly cut, freshly shaken\"; 4-6s: first-person close-up of the finished product, layered fruit tea poured into a clear cup, your hand spreads cream cap on top, applies a pink label, camera moves in on the layered texture; 6-8s: first-person hold-up, you raise the fruit tea from image 2 to the camera (as if handing it to the viewer), label clearly visible, voiceover: \"Take a fresh sip\", final frame freezes on image 2. All background voice unified as female timbre.",
    "images": [
      "https://ark-project.tos-cn-beijing.volces.com/doc_image/r2v_tea_pic1.jpg",
      "https://ark-project.tos-cn-beijing.volces.com/doc_image/r2v_tea_pic2.jpg"
    ],
    "videos" :["https://ark-project.tos-cn-beijing.volces.com/doc_video/r2v_tea_video1.mp4"],

    "audios": [
      "https://ark-project.tos-cn-beijing.volces.com/doc_audio/r2v_tea_audio1.mp3"
    ],
    "metadata": {
      "generate_audio": true,
      "resolution" : "480p",
      "ratio": "4:3",
      "duration": 5,
      "watermark": false
    }
  }'''

KLING_TEXT = r'''{
    "model": "kling-v3",
    "prompt": "A cat playing piano in the garden",
    "negative_prompt": "blurry, low quality",
    "cfg_scale": 0.7,
    "mode": "pro",
    "aspect_ratio": "16:9",
    "duration": "4",
    "metadata": {
      "sound": "on"
    }
  }'''

KLING_IMAGE = r'''{
    "model": "kling-v3",
    "image": "https://example.com/first-frame.jpg",
    "image_tail": "https://example.com/last-frame.jpg",
    "prompt": "A cat playing piano in the garden",
    "negative_prompt": "blurry, low quality",
    "cfg_scale": 0.7,
    "mode": "pro",
    "duration": "4",
    "metadata": {
      "sound": "on"
    }
  }'''

ARK_FOX = r'''{
    "model": "doubao-seedance-1-5-pro-251215",
    "content": [
        {
            "type": "text",
            "text": "The girl is holding a fox. She opens her eyes and looks gently at the camera, while the fox cuddles her in a friendly way. The camera slowly pulls back, the girl's hair moves in the wind, and the sound of the wind can be heard."
        },
        {
            "type": "image_url",
            "image_url": {
                "url": "https://ark-project.tos-cn-beijing.volces.com/doc_image/i2v_foxrgirl.png"
            }
        }
    ],
  
    "ratio": "adaptive",
    "duration": 4,
    "watermark": false
}'''

KLING_NAMED_TEXT = r'''{"model": "kling-v3-std-silent",
"prompt": " camera, Yes, camera, action. ",
"aspect_ratio": "16:9",
"duration": 5,
"extra_body": {"cfg_scale": 0.5,
"shot_type": "customize",
"negative_prompt": "blur, "}}'''

KLING_NAMED_IMAGE = r'''{"model": "kling-v3-pro-audio",
"prompt": ", action, and. ",
"image": "https://example.com/start-frame.png",
"aspect_ratio": "16:9",
"duration": 6,
"extra_body": {"cfg_scale": 0.6,
"shot_type": "intelligent",
"negative_prompt": "artifacts, "}}'''

KLING_NAMED_FRAMES = r'''{"model": "kling-v3-pro-silent",
"prompt": " camera, keep identity stable, natural motion. ",
"image": "https://example.com/first-frame.png",
"last_image": "https://example.com/last-frame.png",
"duration": 8,
"extra_body": {"cfg_scale": 0.5,
"shot_type": "customize"}}'''

KLING_NAMED_SHOTS = r'''{"model": "kling-v3-std-audio",
"image": "https://example.com/source-image.png",
"duration": 10,
"extra_body": {"multi_prompt": [{"prompt": "camera. "},
{"prompt": " camera. "}],
"shot_type": "customize"}}'''
